"""Tables of people as CSV (UTF-8) and XLSX: one row per person, the first row names the columns.

openpyxl is imported where a workbook is met: it would take a twentieth of every start. Who reads one does so in a
process of its own (workbook.py).
"""

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, zip_longest
from typing import IO, Any

from libs.text import shown
from services.accounts.imports.gateways import workbook

ROWS_MAX = 2000
ROWS_OF_SHEET_MAX = 1_000_000
BYTE_ORDER_MARK = "\ufeff"
CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK_SECONDS_MAX = 20
PROCESS_SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
LIST_SEPARATOR = ";"
LISTS = ("roles", "certificates")
FLAGS = ("has_phone", "training", "clean_record")


COLUMNS = (
    "person_id",
    "name_zh",
    "name_en",
    "born",
    "sex",
    "home_unit_id",
    "roles",
    "phone_number",
    "sign_in_name",
    "id_kind",
    "id_number",
    "address",
    "household",
    "has_phone",
    "visit_risk",
    "training",
    "clean_record",
    "insured_until",
    "certificates",
)


COLUMNS_TOLD_MAX = 5
NAME_TOLD_MAX = 40
WORDS_OF_FLAGS = dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True)
WORDS_OF_FLAGS |= dict.fromkeys(("false", "f", "no", "n", "off", "0"), False)
_FORMULA_STARTS = frozenset("=+-@")
_LINE = re.compile(r"([\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+)")


class SheetError(ValueError):
    """The file is not a table that can be read."""


def read_sheet(content: bytes, content_type: str) -> list[dict[str, Any]]:
    """Return the rows of a file as bodies of registrations.

    Raises:
        SheetError: not UTF-8, no XLSX, unknown columns, or more than ROWS_MAX rows.
    """
    rows = list(_csv_rows(content) if content_type == CSV_TYPE else _xlsx_rows(content))
    if len(rows) > ROWS_MAX:
        raise SheetError(f"more than {ROWS_MAX} rows")
    if rows and (unknown := set(rows[0]) - set(COLUMNS)):
        names = [shown(name, NAME_TOLD_MAX) for name in sorted(unknown)[:COLUMNS_TOLD_MAX]]
        raise SheetError(f"unknown columns: {', '.join(names)}")
    return [_body(row) for row in rows]


def write_csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str], out: IO[bytes]) -> None:
    """Write a CSV file, row by row, with a byte-order mark, so that spreadsheets take it for UTF-8."""
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    text.write(BYTE_ORDER_MARK)
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)
    text.detach()


def write_xlsx(rows: Iterable[Mapping[str, str]], columns: Sequence[str], out: IO[bytes]) -> None:
    """Write an XLSX file, row by row; what does not fit on a sheet goes on on the next."""
    from openpyxl import Workbook

    book, source = Workbook(write_only=True), iter(rows)
    while True:
        sheet = book.create_sheet("people")
        sheet.append(list(columns))
        count = 0
        for row in islice(source, ROWS_OF_SHEET_MAX):
            sheet.append([harmless(row[name]) for name in columns])
            count += 1
        if count < ROWS_OF_SHEET_MAX:
            break
    book.save(out)


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, at its beginning or after a line break, and that fits one.

    What a spreadsheet folds to a formula's first character (＝, ﹢) counts as that character.
    """
    return "".join(_defused(part) for part in _LINE.split(text))


def _defused(line: str) -> str:
    if _LINE.fullmatch(line):
        return "\n"
    begins = unicodedata.normalize("NFKC", line).lstrip()[:1]
    cell = shown(line.replace("\t", " "), len(line))
    return f"'{cell}" if (bool(begins) and begins in _FORMULA_STARTS) or line[:1] == "\t" else cell


def _csv_rows(content: bytes) -> Iterable[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text), strict=True):
            if None in row or None in row.values():
                raise SheetError("a row has more or fewer cells than the first")
            yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise SheetError("the file is not a CSV table in UTF-8") from error


def _xlsx_rows(content: bytes) -> Iterable[dict[str, str]]:
    rows = _workbook(content)
    if not rows:
        return []
    columns = rows[0]
    while columns and not columns[-1]:
        columns = columns[:-1]
    if any(any(row[len(columns) :]) for row in rows[1:]):
        raise SheetError("a row has more cells than the first")
    return [dict(zip_longest(columns, row[: len(columns)], fillvalue="")) for row in rows[1:] if any(row)]


def _workbook(content: bytes) -> list[list[str]]:
    """Return the cells of a workbook, read by a process of its own that ends, one way or the other."""
    command = [sys.executable, "-I", workbook.__file__, str(ROWS_MAX)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=WORKBOOK_SECONDS_MAX, check=False, env=PROCESS_SETTINGS
        )
        rows: list[list[str]] = json.loads(done.stdout) if done.returncode == 0 else []
    except (subprocess.TimeoutExpired, ValueError, OSError) as error:
        raise SheetError("the file takes too much to read") from error
    if done.returncode == workbook.UNREADABLE:
        raise SheetError("the file is not an XLSX workbook, or too large when it is expanded")
    if done.returncode != 0:
        raise SheetError("the file takes too much to read")
    return rows


def _body(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as the body of a registration; empty cells are left out."""
    cells = {name: text.strip() for name, text in row.items() if text.strip()}
    body: dict[str, Any] = {
        name: text for name, text in cells.items() if name not in ("name_zh", "name_en", "id_kind", "id_number")
    }
    names = {language: cells[f"name_{language}"] for language in ("zh", "en") if f"name_{language}" in cells}
    if names:
        body["names"] = names
    if "id_number" in cells:
        body["id_number"] = {"kind": cells.get("id_kind", "resident"), "number": cells["id_number"]}
    for name in FLAGS:
        if name in cells:
            body[name] = WORDS_OF_FLAGS.get(cells[name].lower(), cells[name])
    for name in LISTS:
        if name in cells:
            body[name] = [part.strip() for part in cells[name].split(LIST_SEPARATOR) if part.strip()]
    return body
