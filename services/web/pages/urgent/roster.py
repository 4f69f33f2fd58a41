"""Who is on duty in a week, day by day, with the hours in which nobody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.web.kit.formats import as_instant, local, write_time

DAYS = 7
HOURS = (4, 6, 8, 10, 12, 24)
RANKS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Day:
    """One day of the roster: who is on duty, and when nobody is."""

    day: date
    duties: list[dict[str, Any]]
    gaps: list[dict[str, Any]]


def days_of(today: date, duties: list[dict[str, Any]], gaps: list[dict[str, Any]]) -> list[Day]:
    """Return the days from today on, each with what begins in it or runs into it."""
    days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    return [Day(day, _touching(duties, day), [_within(gap, day) for gap in _touching(gaps, day)]) for day in days]


def span_of_form(day: str, time: str, hours: str) -> tuple[str, str]:
    """Return from when until when a form puts somebody on duty.

    Raises:
        ValueError: the form holds no day, time or hours.
    """
    hour, _, minute = time.partition(":")
    begin = datetime.fromisoformat(as_instant(date.fromisoformat(day), int(hour), int(minute or 0)))
    return begin.isoformat(), (begin + timedelta(hours=int(hours))).isoformat()


def _touching(spans: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    return [span for span in spans if local(span["from"]).date() <= day <= _last_day(span["until"])]


def _within(gap: dict[str, Any], day: date) -> dict[str, Any]:
    """Return the part of a span that lies on a day, as times of that day: what runs over midnight ends at 24:00."""
    begins_before, ends_after = local(gap["from"]).date() < day, local(gap["until"]).date() > day
    begin = "00:00" if begins_before else write_time(gap["from"])
    return {"from": begin, "until": "24:00" if ends_after else write_time(gap["until"])}


def _last_day(until: str) -> date:
    return (local(until) - timedelta(seconds=1)).date()
