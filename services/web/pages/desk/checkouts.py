"""Nobody checked out: what of it is still open, and for each line the one act that is right now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.web.kit.i18n import say

Order = dict[str, Any]
ENDED_BY_PLATFORM = "auto_checked_out"


@dataclass(frozen=True)
class Missing:
    """One visit without a check-out, and what to do."""

    order: Order
    words: str
    act: str
    link: str


def missing_of(orders: list[Order], *, people: dict[str, str], now: datetime) -> list[Missing]:
    """Return the visits that nobody checked out of: those that still run first, then the oldest."""
    lines = [line for order in orders if (line := _line(order, people, now)) is not None]
    return sorted(lines, key=lambda line: (line.order["state"] != "in_service", str(line.order["start"])))


def _line(order: Order, people: dict[str, str], now: datetime) -> Missing | None:
    if order["state"] == "in_service":
        at_work = [part for part in order.get("volunteers") or [] if not part.get("checked_out_at")]
        if not at_work or datetime.fromisoformat(order["end"]) > now:
            return None
        volunteer = at_work[0]["person_id"]
        return Missing(
            order,
            say("The visit runs beyond its end."),
            say("Call %(name)s: check out now", name=people.get(volunteer) or say("Somebody")),
            f"/calls/{volunteer}",
        )
    if ENDED_BY_PLATFORM not in (order.get("flags") or []):
        return None
    if order["state"] == "finished":
        return Missing(
            order,
            say("Ended by the platform at the planned time; the recipient has not said yet how long it was."),
            say("Confirm as %(name)s says it was", name=people.get(order["recipient_id"]) or say("Somebody")),
            f"/calls/{order['recipient_id']}",
        )
    if order["state"] == "confirmed" and not order.get("approvers"):
        return Missing(
            order,
            say("Ended by the platform at the planned time, and the recipient agreed."),
            say("Look at it, and sign or refuse"),
            f"/desk/orders/{order['order_id']}",
        )
    return None
