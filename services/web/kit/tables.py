"""A list as it is seen, as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from flask import Response, stream_with_context
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

Cell = str | int
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"
BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet reads Chinese as something else."""
SHEET_TITLE_MAX = 31
SPOOLED_BYTES = 1 << 20
PIECE_BYTES = 1 << 16


def saved_as(table: list[list[Cell]], ending: str, *, name: str, title: str) -> Response:
    """Answer with a table to save, as `csv` or `xlsx`; no cell of it is a formula."""
    rows = [[harmless(cell) for cell in row] for row in table]
    content = as_csv(rows) if ending == "csv" else as_xlsx(rows, title=title)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(content, mimetype=CSV_TYPE if ending == "csv" else XLSX_TYPE, headers=headers)


def streamed_as(rows: Iterable[list[Cell]], ending: str, *, name: str, title: str) -> Response:
    """Answer with a long table to save as it is read, a line at a time; what breaks off halfway arrives as broken."""
    harmless_rows = ([harmless(cell) for cell in row] for row in rows)
    pieces = _csv_lines(harmless_rows) if ending == "csv" else _sheet_pieces(harmless_rows, title)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    kind = CSV_TYPE if ending == "csv" else XLSX_TYPE
    return Response(stream_with_context(pieces), mimetype=kind, headers=headers)


def _csv_lines(rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK.encode()
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line).writerow(row)
        yield line.getvalue().encode()


def _sheet_pieces(rows: Iterable[list[Cell]], title: str) -> Iterator[bytes]:
    """Write the workbook into a file, which is longer than memory may be, and give that in pieces."""
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES) as content:
        _write_sheet(rows, title, content)
        content.seek(0)
        while piece := content.read(PIECE_BYTES):
            yield piece


def as_csv(table: list[list[Cell]]) -> bytes:
    """Return a table as CSV in UTF-8."""
    written = io.StringIO(newline="")
    written.write(BYTE_ORDER_MARK)
    csv.writer(written).writerows(table)
    return written.getvalue().encode()


def as_xlsx(table: list[list[Cell]], *, title: str) -> bytes:
    """Return a table as a workbook of one sheet."""
    content = io.BytesIO()
    _write_sheet(table, title, content)
    return content.getvalue()


def _write_sheet(rows: Iterable[list[Cell]], title: str, content: IO[bytes]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:SHEET_TITLE_MAX])
    for row in rows:
        try:
            sheet.append(row)
        except IllegalCharacterError:
            sheet.append(["".join(filter(str.isprintable, cell)) if isinstance(cell, str) else cell for cell in row])
    book.save(content)


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_BEGINS) else cell
