"""A volunteer's visits to come as an iCalendar file: when and what, without names and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from icalendar import Calendar, Event


def calendar_of(entries: Iterable[tuple[dict[str, Any], str, str]], *, now: datetime) -> bytes:
    """Return the file of some orders, each with what it is called and where it is."""
    calendar = Calendar()
    calendar.add("prodid", "-//timebank//visits//")
    calendar.add("version", "2.0")
    for order, title, place in entries:
        event = Event()
        event.add("uid", order["order_id"])
        event.add("dtstamp", now)
        event.add("dtstart", datetime.fromisoformat(order["start"]))
        event.add("dtend", datetime.fromisoformat(order["end"]))
        event.add("summary", title)
        event.add("location", place)
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
