"""Make an export: a file for each table, a file of rows for each book, and the manifest, which comes last.

What an interrupted export has left is taken up again: a service whose files are all there is kept as of its moment; of
a service that was not finished every file is made anew, but for the rows of the books, to which rows are only added.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from libs.clock import machine_now, monotonic
from services.operator.export.files import Column, FileWriter, Written, sha256_of
from services.operator.export.people import People
from services.operator.export.snapshot import Book, Moment, Snapshot, snapshot
from services.operator.export.tables import ENTRIES, ENTRIES_WHAT, TABLES, Exported, left_out

FORMAT = 1
MANIFEST, STATE = "manifest.json", "unfinished.json"
TOLD_EVERY_SECONDS = 2.0
Say = Callable[[str], object]


class ExportRefusedError(Exception):
    """An export cannot be made here; the message says why, and what to do."""


@dataclasses.dataclass(frozen=True)
class Part:
    """What of one service is in an export."""

    moment: Moment
    files: list[Written]


class Export:
    """One export, into one folder."""

    def __init__(
        self, readers: Mapping[str, str], place: Path, *, made_by: str, people: People | None, say: Say
    ) -> None:
        """`readers` are the databases as those who may only read; with `people`, personal data are opened.

        Raises:
            ExportRefusedError: there is something else in the folder, or another kind of export was begun in it.
        """
        self._readers, self._place, self._people, self._say = readers, place, people, say
        self._made_by = made_by
        self._told_at = monotonic()
        self._kept = self._begin()

    def run(self, trust_files: Mapping[str, str]) -> tuple[Path, str]:
        """Write everything; return where the manifest is, and its SHA-256, which is what to keep elsewhere.

        `trust_files` are the logs' trust files by district, where they are at hand.

        Raises:
            ExportRefusedError: it could not be written; the same command goes on with it.
        """
        try:
            parts = self._parts()
            trust = [self._write_text(f"ledger/trust/{name}.txt", text) for name, text in sorted(trust_files.items())]
            path = self._place / MANIFEST
            with FileWriter(path) as file:
                file.write(json.dumps(self._manifest(parts, trust), indent=1, ensure_ascii=False).encode() + b"\n")
            (self._place / STATE).unlink()
        except OSError as error:
            words = f"{error.strerror}: {error.filename or self._place}; the same command goes on where this one ended"
            raise ExportRefusedError(words) from error
        return path, sha256_of(path)

    def _begin(self) -> dict[str, Part]:
        """Return what is finished of an export that was begun here."""
        state = self._place / STATE
        if (self._place / MANIFEST).exists():
            raise ExportRefusedError(f"{self._place} holds a whole export already; take an empty folder")
        if state.exists():
            noted = json.loads(state.read_text())
            if (noted["format"], noted["personal_data"]) != (FORMAT, self._people is not None):
                raise ExportRefusedError(f"another kind of export was begun in {self._place}; take an empty folder")
            return {service: _part(part) for service, part in noted["parts"].items()}
        if self._place.exists() and any(self._place.iterdir()):
            raise ExportRefusedError(f"{self._place} is not empty")
        self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._keep({})
        return {}

    def _keep(self, parts: Mapping[str, Part]) -> None:
        finished = {service: dataclasses.asdict(part) for service, part in parts.items()}
        noted = {"format": FORMAT, "personal_data": self._people is not None, "parts": finished}
        with FileWriter(self._place / STATE) as file:
            file.write(json.dumps(noted).encode() + b"\n")

    def _parts(self) -> dict[str, Part]:
        parts = {name: part for name, part in self._kept.items() if self._is_whole(part)}
        todo = [name for name in TABLES if name not in parts]
        with contextlib.ExitStack() as stack:
            # All moments are made before anything is written, so that they lie as close together as they can.
            snapshots = {name: stack.enter_context(snapshot(name, self._readers[name])) for name in todo}
            moments = {name: database.moment() for name, database in snapshots.items()}
            for name, database in snapshots.items():
                parts[name] = Part(moments[name], list(self._files(name, database)))
                self._keep(parts)
        return {name: parts[name] for name in TABLES}

    def _is_whole(self, part: Part) -> bool:
        paths = ((self._place / file.path, file.sha256) for file in part.files)
        return all(path.exists() and sha256_of(path) == digest for path, digest in paths)

    def _files(self, service: str, database: Snapshot) -> Iterator[Written]:
        for table in TABLES[service]:
            if self._people is not None or not table.only_opened:
                yield self._write_table(service, database, table)
        if service == "ledger":
            for book in database.books():
                yield self._write_entries(database, book)

    def _write_table(self, service: str, database: Snapshot, table: Exported) -> Written:
        columns, without = self._split(database.columns(table.name), table)
        path = f"{service}/{table.name.rsplit('.', 1)[-1]}.jsonl"
        opens = self._people is not None and table.sealed is not None
        with FileWriter(self._place / path) as file:
            for lines in self._lines(database, table, columns, opens=opens):
                file.write("".join(f"{line}\n" for line in lines).encode())
                self._tell(path, file.lines)
        if opens:
            columns = [*columns, Column("opened", "json")]
        return self._written(file, path, service=service, table=table.name, what=table.what, columns=columns,
                             left_out=without, format="jsonl")  # fmt: skip

    def _lines(self, database: Snapshot, table: Exported, columns: list[Column], *, opens: bool) -> Iterator[list[str]]:
        if not opens:
            yield from database.rows(table, columns)
            return
        assert self._people is not None
        for some in database.sealed_rows(table, columns):
            yield [self._people.opened(row) for row in some]

    def _split(self, columns: list[Column], table: Exported) -> tuple[list[Column], list[str]]:
        """Return the columns that are in the file, and the names of those that are not."""
        out = table.always_left_out + (() if self._people is not None else table.personal)
        inside = [column for column in columns if column.name not in out]
        return inside, [column.name for column in columns if column.name in out]

    def _write_entries(self, database: Snapshot, book: Book) -> Written:
        path = f"ledger/entries/{book.district_id}.csv"
        columns = [Column(c.name, "hex" if c.type == "bytea" else c.type) for c in database.columns(ENTRIES)]
        with FileWriter(self._place / path, goes_on=True) as file:
            if not file.lines:
                file.write(",".join(column.name for column in columns).encode() + b"\n")
            # The position is a row's first column, and positions have no gap.
            after = int(file.last_line.split(b",", 1)[0]) if file.lines > 1 else 0
            for piece in database.entries(book, after=after):
                file.write(piece)
                self._tell(path, file.lines - 1, book.rows)
        return self._written(file, path, service="ledger", table=ENTRIES, what=ENTRIES_WHAT, columns=columns,
                             left_out=[], format="csv", header_lines=1)  # fmt: skip

    def _write_text(self, path: str, text: str) -> Written:
        with FileWriter(self._place / path) as file:
            file.write(text.encode())
        what = "the keys that heads of this log are signed with; compare it with one from elsewhere"
        return self._written(file, path, service="ledger", table="", what=what, columns=[], left_out=[], format="text")

    def _written(self, file: FileWriter, path: str, *, header_lines: int = 0, **terms: Any) -> Written:
        self._say(f"{path}: {file.lines - header_lines} rows")
        return Written(path=path, rows=file.lines - header_lines, bytes=file.bytes, sha256=file.sha256, **terms)

    def _tell(self, path: str, rows: int, of: int | None = None) -> None:
        if monotonic() - self._told_at > TOLD_EVERY_SECONDS:
            self._told_at = monotonic()
            self._say(f"{path}: {rows} rows" + (f" of {of}" if of else ""))

    def _manifest(self, parts: Mapping[str, Part], trust: list[Written]) -> dict[str, Any]:
        files = [file for part in parts.values() for file in part.files] + trust
        return {
            "format": FORMAT,
            "made_at": machine_now().isoformat(),
            "made_by": self._made_by,
            "personal_data": self._people is not None,
            "services": {name: dataclasses.asdict(part.moment) for name, part in parts.items()},
            "under_way": _under_way({name: part.moment for name, part in parts.items()}),
            "files": [dataclasses.asdict(file) for file in files],
            "left_out": {name: left_out(name) for name in parts},
        }


def _under_way(moments: Mapping[str, Moment]) -> dict[str, int]:
    """Return how many events each service had not heard yet at its moment, of streams that it hears."""
    heads = {stream: position for moment in moments.values() for stream, position in moment.heads.items()}
    return {
        name: sum(max(0, heads.get(stream, 0) - position) for stream, position in moment.heard.items())
        for name, moment in moments.items()
    }


def _part(noted: dict[str, Any]) -> Part:
    files = [
        Written(**{**file, "columns": [Column(**column) for column in file["columns"]]}) for file in noted["files"]
    ]
    return Part(Moment(**noted["moment"]), files)
