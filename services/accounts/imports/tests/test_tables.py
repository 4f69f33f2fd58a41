"""Imports with a report per row, exports that every log names."""

import csv
import io
import threading
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook
from werkzeug.test import TestResponse

from libs.ids import new_id
from libs.text import may_be_shown
from services.accounts.bootstrap import create_importer
from services.accounts.imports import api
from services.accounts.imports.gateways import sheets
from services.accounts.imports.gateways.sheets import (
    CSV_TYPE,
    XLSX_TYPE,
    SheetError,
    harmless,
    read_sheet,
    write_csv,
    write_xlsx,
)
from services.accounts.imports.importer import ROWS_PER_TRANSACTION
from services.accounts.imports.usecases import export_people
from services.accounts.tests.platform import Caller, Document, Platform, must, refused


@pytest.fixture
def admin(platform: Platform) -> Caller:
    """A district's administrator."""
    return platform.staff("admin", "district_admin", "d1")


def _upload(platform: Platform, caller: Caller, content: bytes, kind: str, import_id: UUID) -> TestResponse:
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": kind, "Accept-Language": "en"}
    return platform.client.put(f"/v1/imports/{import_id}", data=content, headers=headers)


def test_a_bad_row_is_reported_and_the_others_are_taken(platform: Platform, admin: Caller) -> None:
    number = {"kind": "other", "number": "7"}
    plain: Document = {"sign_in_name": None, "password": None}
    first = platform.person("一", id_number=number, **plain)
    rows = [
        first | {"person_id": str(new_id())},
        platform.person("二", id_number=number, **plain),
        platform.person("三", **plain) | {"sex": "?", "nickname": "x"},
        platform.person("四", unit="k3", **plain),
        platform.person("五", **plain) | {"home_unit_id": str(new_id())},
        platform.person("六", roles=["volunteer"], **plain),
    ]
    path = f"/v1/imports/{new_id()}"

    sent = admin.put(path, {"rows": rows})
    assert (sent.status_code, must(sent)["state"], must(sent)["rows_done"]) == (202, "waiting", 0)
    platform.run_imports()

    report = must(admin.get(path))
    assert (report["state"], report["rows"], report["rows_done"], report["accepted"]) == ("done", 6, 6, 2)
    assert [(row["row"], row["code"], row["fields"]) for row in report["refused"]] == [
        (2, "person_exists", None),
        (3, "invalid_fields", "nickname, sex"),
        (4, "out_of_scope", None),
        (5, "unit_not_found", None),
    ]
    assert report["persons"][0] == {"row": 1, "person_id": rows[0]["person_id"]}
    assert must(admin.get(path)) == report == must(admin.put(path, {"rows": rows}))
    assert must(platform.a.get(path))["accepted"] == 2
    assert len(platform.events("PersonRegistered")) == 2 + 1 + 2
    refused(admin.put(path, {"rows": rows[:1]}), "id_reused", 409)
    refused(platform.b.put(path, {"rows": rows[:1]}), "id_reused", 409)


def test_only_who_may_imports_and_sees_reports(platform: Platform, admin: Caller) -> None:
    coordinator = platform.staff("coord", "coordinator", "k1")
    path = f"/v1/imports/{new_id()}"
    must(admin.put(path, {"rows": []}))

    refused(coordinator.put(f"/v1/imports/{new_id()}", {"rows": []}), "not_authorised", 403)
    refused(coordinator.get(path), "not_authorised", 403)
    refused(admin.get(f"/v1/imports/{new_id()}"), "record_not_found", 404)
    refused(admin.put(f"/v1/imports/{new_id()}", {"people": []}), "sheet_unreadable", 400)
    refused(coordinator.get("/v1/exports/people", unit=platform.units["k1"]), "not_authorised", 403)
    refused(admin.get("/v1/exports/people", unit=platform.units["d2"]), "out_of_scope", 403)


@pytest.mark.parametrize("kind", [CSV_TYPE, XLSX_TYPE])
def test_csv_and_xlsx_bring_in_the_same_people(platform: Platform, admin: Caller, kind: str) -> None:
    columns = ["name_zh", "born", "sex", "home_unit_id", "roles", "phone_number", "training", "insured_until"]
    rows = [
        [
            "王一",
            "1950-05-01",
            "female",
            platform.units["k1"],
            "recipient;volunteer",
            "13800000001",
            "true",
            "2026-12-31",
        ],
        ["王二", "1950-13-01", "male", platform.units["k1"], "", "", "", ""],
    ]
    if kind == CSV_TYPE:
        text = io.StringIO()
        csv.writer(text).writerows([columns, *rows])
        content = text.getvalue().encode("utf-8-sig")
    else:
        book = Workbook()
        for row in [columns, *rows]:
            book.worksheets[0].append(row)
        out = io.BytesIO()
        book.save(out)
        content = out.getvalue()
    import_id = new_id()

    answer = _upload(platform, admin, content, kind, import_id)

    assert must(answer)["state"] == "waiting"
    platform.run_imports()
    report = must(admin.get(f"/v1/imports/{import_id}"))
    assert (report["accepted"], [(row["row"], row["fields"]) for row in report["refused"]]) == (1, [(2, "born")])
    [state] = platform.states_of(report["persons"][0]["person_id"])
    assert {role.role for role in state.roles} == {"recipient", "volunteer"}
    assert state.qualifications.insured_until == "2026-12-31"
    assert must(_upload(platform, admin, content, kind, import_id)) == report


def test_what_is_no_table_is_refused(platform: Platform, admin: Caller) -> None:
    for content, kind in (
        (b"\xff\xfe\x00", CSV_TYPE),
        (b"salary\n100\n", CSV_TYPE),
        (b"name_zh,born\nx\n", CSV_TYPE),
        (b"not a workbook", XLSX_TYPE),
    ):
        import_id = new_id()
        must(_upload(platform, admin, content, kind, import_id))
        platform.run_imports()
        report = must(admin.get(f"/v1/imports/{import_id}"))
        assert (report["state"], report["persons"], bool(report["failure"])) == ("unreadable", [], True)
    assert platform.rows("SELECT count(*) FROM import WHERE sealed_content IS NOT NULL") == [(0,)]
    refused(_upload(platform, admin, b"<x/>", "text/xml", new_id()), "wrong_content_type", 415)
    refused(_upload(platform, admin, b"", CSV_TYPE, new_id()), "sheet_unreadable", 400)
    with pytest.raises(SheetError, match="more than"):
        read_sheet(b"name_zh\n" + b"x\n" * 2001, CSV_TYPE)


def test_an_import_goes_on_where_it_was_stopped_and_stops_when_who_sent_it_may_not_any_more(
    platform: Platform, admin: Caller
) -> None:
    people = [platform.person(f"人{n}", sign_in_name=None, password=None) for n in range(ROWS_PER_TRANSACTION + 5)]
    path, stopped = f"/v1/imports/{new_id()}", threading.Event()
    must(admin.put(path, {"rows": people}))
    stopped.set()
    importer = create_importer(platform.settings, clock=platform.clock, database=platform.database)

    assert importer.take_next(stopped)
    half = must(admin.get(path))
    assert (half["state"], half["rows_done"], half["accepted"]) == (
        "running",
        ROWS_PER_TRANSACTION,
        ROWS_PER_TRANSACTION,
    )
    must(platform.a.post(f"/v1/persons/{admin.person_id}/suspension", {"why": "away"}))
    platform.run_imports()
    halted = must(platform.b.get(path))
    assert (halted["state"], halted["failure"], halted["rows_done"]) == (
        "stopped",
        "person_suspended",
        ROWS_PER_TRANSACTION,
    )

    again = f"/v1/imports/{new_id()}"
    must(platform.a.put(again, {"rows": people[:3]}))
    platform.run_imports()
    assert must(platform.a.get(again))["accepted"] == 3


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_holds_the_scope_and_is_logged_for_everyone_in_it(
    platform: Platform, admin: Caller, form: str
) -> None:
    person_id = platform.register("=cmd()", sign_in_name="formula", phone_number="13800001111")
    platform.register("远人", unit="k3")

    answer = admin.get("/v1/exports/people", unit=platform.units["d1"], format=form)

    assert answer.status_code == 200
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    else:
        cells = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
        rows = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    assert {row["name_zh"] for row in rows} == {"admin", "'=cmd()"}
    log = must(platform.sign_in("formula").get("/v1/access-log"))["items"]
    assert [(view["what"], view["viewer_id"]) for view in log] == [("export", admin.person_id)]
    assert log[0]["person_id"] == person_id


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_goes_on_to_its_end_however_long_it_is(
    platform: Platform, admin: Caller, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_people, "PAGE", 2)
    monkeypatch.setattr(sheets, "ROWS_OF_SHEET_MAX", 2)
    monkeypatch.setattr(api, "SPOOLED_BYTES_MAX", 10)
    people = {platform.register(f"name{number}") for number in range(6)} | {admin.person_id}

    answer = admin.get("/v1/exports/people", unit=platform.units["d1"], format=form)

    if form == "csv":
        rows = [row["person_id"] for row in csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))]
    else:
        pages = load_workbook(io.BytesIO(answer.data)).worksheets
        rows = [row[0] for page in pages for row in page.iter_rows(min_row=2, values_only=True)]
        assert len(pages) == len(people) // 2 + 1
    assert len(rows) == len(people)
    assert set(rows) == people


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("＝cmd()", "'＝cmd()"),
        ("﹢1", "'﹢1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("a\n=1", "a\n'=1"),
        ("a\r\n＝1\r+2", "a\n'＝1\n'+2"),
        ("a\u2028=1", "a\n'=1"),
        ("a\x0b@x", "a\n'@x"),
        ("a\0b\x1b\u202e\ufffe", "a\ufffdb\ufffd\ufffd\ufffd"),
        ("谢 \U0001f600 a=b", "谢 \U0001f600 a=b"),
    ],
)
def test_a_cell_is_no_formula_in_any_width_or_line_and_breaks_no_export(sent: str, written: str) -> None:
    assert harmless(sent) == written
    table, book = io.BytesIO(), io.BytesIO()
    write_csv([{"name": sent}], ["name"], table)
    write_xlsx([{"name": sent}], ["name"], book)
    assert b"formula" not in table.getvalue()
    assert load_workbook(book).worksheets[0]["A2"].data_type == "s"


def test_flags_of_a_sheet_are_words() -> None:
    rows = read_sheet(b"has_phone,training,clean_record\nYes,0,perhaps\n", CSV_TYPE)

    assert rows == [{"has_phone": True, "training": False, "clean_record": "perhaps"}]


@pytest.mark.parametrize("name", ["a\0b", "\u202ename", "x" * 100_000])
def test_columns_that_nobody_knows_are_told_as_they_may_be_shown(name: str) -> None:
    with pytest.raises(SheetError) as refused:
        read_sheet(f"{name}\n1\n".encode(), CSV_TYPE)

    assert len(str(refused.value)) < 100
    assert may_be_shown(str(refused.value))


def test_a_cell_is_no_formula() -> None:
    assert [harmless(text) for text in ("=1", "+1", "-1", "@x", "x=1", "")] == ["'=1", "'+1", "'-1", "'@x", "x=1", ""]
