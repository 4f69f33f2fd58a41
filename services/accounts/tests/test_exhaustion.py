"""Permission before work: what costs much is done for who may, within bounds, and apart from everybody else."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from libs.ids import new_id
from services.accounts.core.gateways.passwords import PLACES, WAITING_MAX, Passwords, PlacesTakenError
from services.accounts.imports.gateways import sheets
from services.accounts.imports.gateways.sheets import ROWS_MAX, XLSX_TYPE, SheetError, read_sheet
from services.accounts.imports.gateways.workbook import EXPANDED_BYTES_MAX
from services.accounts.tests.platform import Platform, must, refused

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)


def _book(sheet: bytes, **parts: bytes) -> bytes:
    """Return a workbook whose sheet says this."""
    plain, made = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["name_zh"])
    book.save(plain)
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, sheet if name == SHEET else before.read(name))
        for name, content in parts.items():
            after.writestr(name, content)
    return made.getvalue()


def _rows(number: int) -> bytes:
    return HEAD + b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, number)) + TAIL


BOMBS: dict[str, Callable[[], bytes]] = {
    "expands": lambda: _book(HEAD + b" " * (EXPANDED_BYTES_MAX + 1) + TAIL),
    "expands beside the sheet": lambda: _book(HEAD + TAIL, junk=b"0" * (EXPANDED_BYTES_MAX + 1)),
    "many parts": lambda: _book(HEAD + TAIL, **{f"part{n}": b"" for n in range(300)}),
    "many rows": lambda: _book(_rows(ROWS_MAX + 50)),
    "entities": lambda: _book(LAUGHS + b"]>" + HEAD + b'<row r="1"><c r="A1"><v>&j;</v></c></row>' + TAIL),
    "no archive": lambda: b"PK\3\4" + b"\0" * 1000,
}


@pytest.mark.parametrize("kind", list(BOMBS))
def test_a_workbook_that_would_grow_is_refused_within_its_bounds(kind: str) -> None:
    with pytest.raises(SheetError):
        read_sheet(BOMBS[kind](), XLSX_TYPE)


def test_one_cell_far_away_costs_no_more_than_a_near_one() -> None:
    far = b'<row r="1"><c r="A1" t="inlineStr"><is><t>name_zh</t></is></c></row>'
    far += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

    assert read_sheet(_book(HEAD + far + TAIL), XLSX_TYPE) == []


def test_a_workbook_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "WORKBOOK_SECONDS_MAX", 0.001)

    with pytest.raises(SheetError, match="too much"):
        read_sheet(_book(_rows(10)), XLSX_TYPE)


def test_who_may_not_import_has_nothing_kept_or_read(platform: Platform) -> None:
    platform.register("老人", roles=["recipient"])
    elder, import_id = platform.sign_in("老人"), new_id()
    headers = {"Authorization": f"Bearer {elder.token}", "Content-Type": XLSX_TYPE}

    answer = platform.client.put(f"/v1/imports/{import_id}", data=BOMBS["expands"](), headers=headers)

    refused(answer, "not_authorised", 403)
    refused(elder.get(f"/v1/imports/{import_id}"), "not_authorised", 403)
    assert platform.rows("SELECT count(*) FROM import") == [(0,)]


class CountedPasswords(Passwords):
    """Says how often it hashed."""

    def __init__(self) -> None:
        super().__init__(memory_kib=1024, passes=1)
        self.hashed = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return super().hash(password)


def test_no_password_is_hashed_for_who_may_not_register(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.register("老人", roles=["recipient"])
    elder = platform.sign_in("老人")
    passwords = CountedPasswords()
    parts = platform.app.extensions["service"].parts["accounts"]
    monkeypatch.setitem(vars(parts), "passwords", passwords)
    path = f"/v1/persons/{new_id()}"

    refused(elder.put(path, platform.person("新人")), "not_authorised", 403)
    assert passwords.hashed == 0
    refused(elder.put(path, platform.person("新人")), "not_authorised", 403)
    must(platform.a.put(path, platform.person("新人")))
    assert passwords.hashed == 1


def test_passwords_have_a_bounded_number_of_places() -> None:
    passwords, taken, free = Passwords(memory_kib=1024, passes=1), threading.Semaphore(0), threading.Event()
    results: list[str] = []

    def hold() -> str:
        taken.release()
        free.wait(60)
        return "held"

    def take() -> None:
        results.append(passwords._places.run(hold))

    threads = [threading.Thread(target=take) for _ in range(PLACES + WAITING_MAX)]
    for thread in threads:
        thread.start()
    taken.acquire()
    while passwords._places._waiting < PLACES + WAITING_MAX:
        threads[0].join(0.01)

    with pytest.raises(PlacesTakenError) as refusal:
        passwords.hash("one too many")

    assert refusal.value.retry_after == 1
    free.set()
    for thread in threads:
        thread.join(60)
    assert results == ["held"] * (PLACES + WAITING_MAX)
    assert passwords.matches("x", passwords.hash("x"))


def test_an_application_begins_no_thread_before_it_is_served(empty_platform: Platform) -> None:
    parts = empty_platform.app.extensions["service"].parts["accounts"]

    assert parts.passwords._places._threads is None, "a process that forks its workers has one thread"


def test_a_fork_finds_places_of_its_own(tmp_path: Path) -> None:
    import os

    passwords = Passwords(memory_kib=1024, passes=1)
    kept = passwords.hash("x")
    pid = os.fork()
    if pid == 0:
        os._exit(0 if passwords.matches("x", kept) else 1)

    assert os.waitpid(pid, 0)[1] == 0
