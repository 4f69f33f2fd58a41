"""The queue as it is seen, with its filter and in its order, as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from services.web.kit.formats import local
from services.web.kit.i18n import is_chinese, say
from services.web.kit.labels import label
from services.web.kit.lookups import service_of
from services.web.pages.desk.queue import Group, Order, counted_minutes

Cell = str | int
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"
BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet reads Chinese as something else."""


def table_of(groups: list[Group], *, people: dict[str, str]) -> list[list[Cell]]:
    """Return a heading and a row for each line that is shown, in the same order."""
    head: list[Cell] = [
        say("Group"),
        say("Order"),
        say("Day"),
        say("From"),
        say("Until"),
        say("Community"),
        say("Service"),
        say("Volunteer"),
        say("Recipient"),
        say("Minutes planned"),
        say("Minutes served"),
        say("Proof"),
        say("The recipient says"),
        say("What is unusual"),
        say("What the two did before"),
    ]
    rows = [[group.title, *_row(order, people)] for group in groups for order in group.orders]
    return [[harmless(cell) for cell in row] for row in [head, *rows]]


def as_csv(table: list[list[Cell]]) -> bytes:
    """Return a table as CSV in UTF-8."""
    written = io.StringIO(newline="")
    written.write(BYTE_ORDER_MARK)
    csv.writer(written).writerows(table)
    return written.getvalue().encode()


def as_xlsx(table: list[list[Cell]]) -> bytes:
    """Return a table as a workbook of one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(say("Hours to approve"))
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


def _row(order: Order, people: dict[str, str]) -> list[Cell]:
    parts: list[dict[str, Any]] = order.get("volunteers") or []
    begins = [local(part["checked_in_at"]) for part in parts if part.get("checked_in_at")]
    ends = [local(part["checked_out_at"]) for part in parts if part.get("checked_out_at")]
    proofs = sorted({proof for part in parts for proof in part.get("evidence") or []})
    language = "zh" if is_chinese() else "en"
    return [
        order["order_id"],
        f"{local(order['start']):%Y-%m-%d}",
        f"{min(begins):%H:%M}" if begins else "",
        f"{max(ends):%H:%M}" if ends else "",
        order.get("unit_name") or "",
        service_of(order),
        ", ".join(people.get(part["person_id"]) or say("Somebody") for part in parts),
        people.get(order["recipient_id"]) or say("Somebody"),
        order["minutes"],
        counted_minutes(order),
        ", ".join(label(f"evidence.{proof}") for proof in proofs),
        label(f"rating.{order['rating']}") if order.get("rating") else "",
        "; ".join(said[language] for said in [*(order.get("flag_words") or []), *(order.get("hints") or [])]),
        order.get("history", ""),
    ]
