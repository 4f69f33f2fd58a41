"""What is unusual about orders in a queue, in sentences with their numbers, and each pair's history in one line."""

from __future__ import annotations

from typing import Any

from services.web.clients.api import ProblemError
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.formats import write_day, write_number
from services.web.kit.i18n import say
from services.web.kit.viewer import api

Order = dict[str, Any]


def add_findings(orders: list[Order], queue: str, unit_id: str) -> None:
    """Put into the orders of a queue what is said of them; where nobody answers, they keep their plain words."""
    if not orders:
        return
    findings = {row["order_id"]: row for row in rows_of(part_of_page(lambda: _findings(queue, unit_id)))}
    for order in orders:
        row = findings.get(order["order_id"])
        if row is not None:
            order["flag_words"] = row["flag_words"]
            order["hints"] = row["hints"]
            order["history"] = " · ".join(map(history_of, row["pairs"]))


def history_of(pair: dict[str, Any]) -> str:
    """Return what two people did together, in one line."""
    if pair["together_count"] <= 1:
        return say("These two meet for the first time.")
    words = [
        say(
            "%(count)s visits of these two since %(day)s",
            count=write_number(pair["together_count"]),
            day=write_day(pair["since"]),
        )
    ]
    if pair["disputed_count"]:
        words.append(say("%(count)s in dispute", count=write_number(pair["disputed_count"])))
    if pair["reversed_count"]:
        words.append(say("%(count)s reversed", count=write_number(pair["reversed_count"])))
    if len(words) == 1:
        words.append(say("none in dispute or reversed"))
    return ", ".join(words)


def _findings(queue: str, unit_id: str) -> list[dict[str, Any]]:
    try:
        return list(api().all_rows(f"/v1/queues/{queue}/findings", unit=unit_id))
    except ProblemError:
        return []  # The queue itself says what is refused; its lines stand without this.
