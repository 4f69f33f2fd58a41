"""The queue as it is seen, with its filter and in its order, as a table for a spreadsheet."""

from __future__ import annotations

from typing import Any

from services.web.kit.formats import local
from services.web.kit.i18n import is_chinese, say
from services.web.kit.labels import label
from services.web.kit.lookups import service_of
from services.web.kit.tables import Cell
from services.web.pages.desk.queue import Group, Order, counted_minutes


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
    return [head, *rows]


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
