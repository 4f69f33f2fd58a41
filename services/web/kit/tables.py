"""A list as it is seen, as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io

from flask import Response
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

Cell = str | int
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"
BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet reads Chinese as something else."""
SHEET_TITLE_MAX = 31


def saved_as(table: list[list[Cell]], ending: str, *, name: str, title: str) -> Response:
    """Answer with a table to save, as `csv` or `xlsx`; no cell of it is a formula."""
    rows = [[harmless(cell) for cell in row] for row in table]
    content = as_csv(rows) if ending == "csv" else as_xlsx(rows, title=title)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(content, mimetype=CSV_TYPE if ending == "csv" else XLSX_TYPE, headers=headers)


def as_csv(table: list[list[Cell]]) -> bytes:
    """Return a table as CSV in UTF-8."""
    written = io.StringIO(newline="")
    written.write(BYTE_ORDER_MARK)
    csv.writer(written).writerows(table)
    return written.getvalue().encode()


def as_xlsx(table: list[list[Cell]], *, title: str) -> bytes:
    """Return a table as a workbook of one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:SHEET_TITLE_MAX])
    for row in table:
        try:
            sheet.append(row)
        except IllegalCharacterError:
            sheet.append(["".join(filter(str.isprintable, cell)) if isinstance(cell, str) else cell for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_BEGINS) else cell
