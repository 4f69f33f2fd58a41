"""How the queue of approvals is filtered, ordered and grouped for the eye; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.web.kit.formats import local

FILTERS = ("all", "clean", "flagged")
GROUPS = ("volunteer", "day")
Order = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Lines that belong together."""

    title: str
    orders: list[Order]

    @property
    def minutes(self) -> int:
        """Return the minutes that all lines count."""
        return sum(counted_minutes(order) for order in self.orders)


@dataclass(frozen=True)
class View:
    """What is looked at: kept in the address, so that it can be kept and sent."""

    filter: str = "all"
    by: str = "volunteer"
    service: str = ""

    def shows(self, order: Order) -> bool:
        """Tell whether a line is shown."""
        is_flagged = bool(order.get("flags"))
        fits = self.filter == "all" or (self.filter == "flagged") == is_flagged
        return fits and (not self.service or order["service"] == self.service)


def view_of(arguments: dict[str, str]) -> View:
    """Return the view that an address asks for; what it does not know it leaves out."""
    wanted, by = arguments.get("show", "all"), arguments.get("by", "volunteer")
    return View(
        wanted if wanted in FILTERS else "all",
        by if by in GROUPS else "volunteer",
        arguments.get("service", "")[:8],
    )


def grouped(
    orders: list[Order], view: View, *, name_of: Callable[[str], str], day_of: Callable[[str], str]
) -> list[Group]:
    """Return the shown lines in groups, the group with what is due first on top."""
    groups: dict[str, list[Order]] = {}
    titles: dict[str, str] = {}
    for order in sorted(filter(view.shows, orders), key=lambda order: str(order["end"] or order["start"])):
        key = _key(order, view)
        titles.setdefault(key, name_of(key) if view.by == "volunteer" else day_of(str(order["start"])))
        groups.setdefault(key, []).append(order)
    return [Group(titles[key], lines) for key, lines in groups.items()]


def counted_minutes(order: Order) -> int:
    """Return the minutes that were recorded on an order, of all its volunteers."""
    return sum(int(part["counted_minutes"] or 0) for part in order.get("volunteers") or [])


def _key(order: Order, view: View) -> str:
    if view.by == "day":
        return local(order["start"]).date().isoformat()
    volunteers = order.get("volunteers") or []
    return str(volunteers[0]["person_id"]) if volunteers else ""
