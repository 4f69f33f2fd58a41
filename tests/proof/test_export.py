"""An export is checked by the standalone program: whole as made; every changed byte, every forged row is found."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from services.operator.commands import main
from services.operator.export import exporting
from services.operator.export.snapshot import Snapshot
from services.operator.platform import SERVICES
from tests.proof.support import ROOT, load_verifier
from tests.proof.test_every_column import History
from tests.support.postgres import DatabaseFactory

BOOK = "ledger/entries/{}.csv"
SUMS = """
    SELECT w.class, sum(s.change) FROM (
        SELECT debit AS wallet, -minutes AS change FROM journal.entry WHERE outcome = 0
        UNION ALL SELECT credit, minutes FROM journal.entry WHERE outcome = 0
    ) s JOIN journal.wallet w USING (wallet) GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True)
class Made:
    """An export, the databases it is of, and what was kept of it elsewhere."""

    folder: Path
    trust: Path
    digest: str
    history: History
    desk: dict[str, str]


@pytest.fixture(scope="module")
def made(database_factory: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Export a small ledger with two books, signed heads and a closed month, beside three empty services."""
    folder = tmp_path_factory.mktemp("exported")
    (folder / "of").mkdir()
    history = History(database_factory, folder / "of")
    others = {name: database_factory.create(name) for name in SERVICES if name != "ledger"}
    desk = {f"OPERATOR_{name.upper()}_URL": urls.reader for name, (_, urls) in others.items()}
    desk |= {"OPERATOR_LEDGER_URL": history.urls.reader, "OPERATOR_LOG_FOLDER": str(folder / "of" / "logs")}
    trust = folder / "trust"
    trust.mkdir()
    for path in (folder / "of" / "logs").glob("*/trust"):
        shutil.copy(path, trust / path.parent.name)
    done = export(desk, folder / "export")
    assert done.exit_code == 0, done.output
    digest = hashlib.sha256((folder / "export" / "manifest.json").read_bytes()).hexdigest()
    assert digest in done.output
    yield Made(folder / "export", trust, digest, history, desk)
    for name in (history.name, *(name for name, _ in others.values())):
        database_factory.drop(name)


def export(desk: dict[str, str], place: Path) -> Result:
    """Run the operator's command from a desk."""
    return CliRunner().invoke(main, ["--data", str(place.parent / "nothing"), "export", str(place)], env=desk)


def check(folder: Path, *options: object) -> subprocess.CompletedProcess[str]:
    """Run the standalone program."""
    command = [sys.executable, str(ROOT / "docs" / "verify" / "verify_export.py"), str(folder), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def copied(made: Made, place: Path) -> Path:
    """A copy of the export, to be changed."""
    return shutil.copytree(made.folder, place / "copy")


def forge(folder: Path, path: str, change: Callable[[str], str]) -> None:
    """Change a file, and let the manifest name the changed one: whoever owns the export can do both."""
    content = (folder / path).read_text()
    assert change(content) != content
    (folder / path).write_text(change(content))
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["path"] == path:
            raw = (folder / path).read_bytes()
            file |= {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
            file["rows"] = raw.count(b"\n") - (file["format"] == "csv")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def forge_line(number: int, column: int, value: str) -> Callable[[str], str]:
    """Return what puts a value into a line of a CSV file."""

    def change(content: str) -> str:
        lines = content.split("\n")
        fields = lines[number].split(",")
        fields[column] = value
        lines[number] = ",".join(fields)
        return "\n".join(lines)

    return change


def district_of(folder: Path) -> str:
    """The district whose book has the most rows."""
    return max((folder / "ledger" / "entries").iterdir(), key=lambda path: path.stat().st_size).stem


def test_what_was_exported_is_whole_and_sums_up_to_what_the_ledger_has(made: Made) -> None:
    done = check(made.folder, "--trust", made.trust, "--manifest", made.digest)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "THE EXPORT IS WHOLE" in done.stdout
    assert "was not checked" not in done.stdout
    with psycopg.connect(made.history.urls.reader) as connection:
        sums: dict[int, int] = dict(connection.execute(SUMS).fetchall())
        rows = connection.execute("SELECT count(*) FROM journal.entry").fetchone()
    shown = made.folder / "ledger" / "wallet.jsonl"
    classes = load_verifier().CLASSES[::2]
    minutes_by_class: dict[str, int] = {}
    for line in done.stdout.split("\n"):
        for words in line.partition("minutes: ")[2].split(", "):
            name, _, minutes = words.partition(" ")
            minutes_by_class[name] = minutes_by_class.get(name, 0) + int(minutes or 0)
    assert {classes[number - 1]: int(total) for number, total in sums.items() if total} == {
        name: minutes for name, minutes in minutes_by_class.items() if minutes
    }
    assert rows is not None
    assert f", {rows[0]} rows," in done.stdout
    assert shown.stat().st_mode & 0o077 == 0, "nobody else reads it"


def test_a_changed_byte_in_any_file_is_found_and_the_file_is_named(made: Made, tmp_path: Path) -> None:
    folder = copied(made, tmp_path)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len(files) > 8
    unseen = []
    for path in files:
        whole = path.read_bytes()
        changed = bytearray(whole)
        changed[len(whole) // 2] ^= 1
        path.write_bytes(changed)
        done = check(folder, "--manifest", made.digest)
        name = path.relative_to(folder).as_posix()
        if done.returncode == 0 or (name not in done.stdout and name != "manifest.json"):
            unseen.append(name)
        path.write_bytes(whole)

    assert unseen == []


def test_a_file_that_is_missing_or_came_to_it_is_named(made: Made, tmp_path: Path) -> None:
    folder = copied(made, tmp_path)
    (folder / "orders" / "order_step.jsonl").unlink()
    (folder / "orders" / "more.jsonl").write_text("{}\n")

    done = check(folder)

    assert done.returncode == 1
    assert "orders/order_step.jsonl: it is missing" in done.stdout
    assert "orders/more.jsonl: the manifest does not name it" in done.stdout


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (8, "7", "its fields do not hash to its leaf"),
        (3, "999999", "version and balance do not follow"),
        (0, "77", "it does not follow row"),
        (23, "00" * 32, "its fields do not hash to its leaf"),
    ],
    ids=["minutes", "debit_after", "pos", "leaf_hash"],
)
def test_a_row_that_was_forged_with_the_manifest_is_found(
    made: Made, tmp_path: Path, column: int, value: str, words: str
) -> None:
    folder = copied(made, tmp_path)
    forge(folder, BOOK.format(district_of(folder)), forge_line(4, column, value))

    done = check(folder)

    assert done.returncode == 1
    assert words in done.stdout


def test_rows_cut_off_another_statement_and_another_owner_are_found(made: Made, tmp_path: Path) -> None:
    folder = copied(made, tmp_path)
    forge(folder, BOOK.format(district_of(folder)), lambda text: "\n".join(text.split("\n")[:5]) + "\n")
    forge(folder, "ledger/period_close.jsonl", lambda text: text.replace("late_entries", "late_entry"))
    owner = json.loads((folder / "ledger" / "wallet.jsonl").read_text().split("\n")[0])["owner"]
    another = str(owner)[:-1] + ("1" if str(owner).endswith("0") else "0")
    forge(folder, "ledger/wallet.jsonl", lambda text: text.replace(owner, another))

    done = check(folder)

    assert done.returncode == 1
    assert "the book ends after 4" in done.stdout
    assert "no row of the ledger closed it" in done.stdout
    assert "its public id is not made of its owner" in done.stdout


def test_heads_are_held_against_the_trust_file_and_against_those_kept_elsewhere(made: Made, tmp_path: Path) -> None:
    folder = copied(made, tmp_path)
    district = district_of(folder)
    heads = [json.loads(line) for line in (folder / "ledger" / "checkpoint.jsonl").read_text().splitlines()]
    said = str(max(heads, key=lambda head: int(head["size"]))["note"]).split("\n")
    (tmp_path / "later").write_text("\n".join([said[0], str(int(said[1]) + 9), *said[2:]]))
    forge(folder, "ledger/checkpoint.jsonl", lambda text: text[:-30] + ("A" if text[-30] != "A" else "B") + text[-29:])

    later = check(made.folder, "--checkpoint", tmp_path / "later", "--trust", made.trust)
    unsigned = check(folder, "--trust", made.trust)
    (tmp_path / "of-others").mkdir()
    (tmp_path / "of-others" / "trust").write_text((made.trust / district).read_text().replace(district, "x"))
    of_others = check(made.folder, "--trust", tmp_path / "of-others")

    assert later.returncode == 1
    assert "the book ends after" in later.stdout
    assert unsigned.returncode == 1
    assert "does not hold" in unsigned.stdout
    assert of_others.returncode == 2, "a key that was altered is no key"


def test_every_receipt_can_still_be_made_and_holds(made: Made) -> None:
    district = district_of(made.folder)
    rows = (made.folder / BOOK.format(district)).read_text().split("\n")
    transfer = rows[3].split(",")[17]

    done = check(made.folder, "--receipt", transfer)

    assert done.returncode == 0, done.stderr
    facts = load_verifier().check(done.stdout, (made.trust / district).read_text())
    assert str(facts["transfer"]) == transfer
    assert facts["position"] == 3


def test_an_interrupted_export_goes_on_and_a_whole_one_is_not_written_over(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, district = tmp_path / "again", district_of(made.folder)
    entries = Snapshot.entries

    def interrupted(self: Snapshot, book: object, *, after: int) -> Iterator[bytes]:
        pieces = b"".join(entries(self, book, after=after))  # type: ignore[arg-type]  # a book
        yield pieces[: len(pieces) // 2]
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Snapshot, "entries", interrupted)
        broken = export(made.desk, place)
    assert broken.exit_code == 1
    assert "No space left on device" in broken.output
    assert "goes on where this one ended" in broken.output
    left = next((place / "ledger" / "entries").glob("*.part")).read_bytes()
    before = (place / "accounts" / "person.jsonl").stat().st_mtime_ns

    done = export(made.desk, place)

    assert done.exit_code == 0, done.output
    assert (place / "accounts" / "person.jsonl").stat().st_mtime_ns == before, "what was finished is kept"
    assert len(left) > 100
    whole = (made.folder / BOOK.format(district)).read_bytes()
    assert (place / BOOK.format(district)).read_bytes() == whole
    assert check(place, "--trust", made.trust).returncode == 0
    assert "holds a whole export already" in export(made.desk, place).output
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "is not empty" in export(made.desk, tmp_path / "full").output


def test_all_of_a_service_is_of_one_moment_though_it_is_written_meanwhile(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, lines = tmp_path / "meanwhile", exporting.Export._lines

    def with_a_writer(self: exporting.Export, *terms: object, **more: bool) -> object:
        statement = "INSERT INTO month_run (district_id, month) VALUES (gen_random_uuid(), '2026-03-01')"
        with psycopg.connect(made.history.urls.app, autocommit=True) as connection:
            connection.execute(statement)
        return lines(self, *terms, **more)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(exporting.Export, "_lines", with_a_writer)
    done = export(made.desk, place)

    assert done.exit_code == 0, done.output
    assert (place / "ledger" / "month_run.jsonl").read_text() == ""
