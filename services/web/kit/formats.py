"""How minutes, instants and numbers are written for people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from libs.clock import PROGRAMME_ZONE, machine_now
from services.web.kit.i18n import LOCALES, locale, say

ZONE = ZoneInfo(PROGRAMME_ZONE)
HOUR = 60
CLOCK = "%H:%M"
GROUPED_FROM = 1000
_LOCALES = {name: Locale.parse(name) for name in LOCALES}
"""Read once: a page has hundreds of numbers."""


def write_minutes(minutes: int) -> str:
    """Return minutes as people say them: `1 h 30 min`, `1小时30分`."""
    sign, amount = ("−" if minutes < 0 else ""), abs(minutes)
    hours, rest = divmod(amount, HOUR)
    if hours and rest:
        return sign + say("%(hours)s h %(minutes)s min", hours=write_number(hours), minutes=rest)
    if hours:
        return sign + say("%(hours)s h", hours=write_number(hours))
    return sign + say("%(minutes)s min", minutes=rest)


def write_number(number: int) -> str:
    """Return a number with the separators of the language; a small one has none in any."""
    if 0 <= number < GROUPED_FROM:
        return str(number)
    return str(format_decimal(number, locale=_locale()))


def local(instant: str | datetime) -> datetime:
    """Return an instant on the programme's clock."""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return moment.astimezone(ZONE)


def write_instant(instant: str | datetime | None) -> str:
    """Return day and time: `Mon 2 Mar, 09:00`."""
    if not instant:
        return ""
    moment = local(instant)
    return f"{write_day(moment)} {moment.strftime(CLOCK)}"


def write_time(instant: str | datetime) -> str:
    """Return the time of day."""
    return local(instant).strftime(CLOCK)


def write_day(day: str | date | datetime) -> str:
    """Return a day with its weekday; the year only where it is not obvious."""
    if isinstance(day, str):
        day = local(day) if "T" in day else date.fromisoformat(day)
    is_this_year = day.year == machine_now().astimezone(ZONE).year
    return format_date(day, say("EEE d MMM") if is_this_year else say("EEE d MMM y"), locale=_locale())


def write_long_day(day: str | date | datetime) -> str:
    """Return a day with its year."""
    if isinstance(day, str):
        day = local(day) if "T" in day else date.fromisoformat(day)
    return format_date(day, "long", locale=_locale())


def day_before(day: str) -> date:
    """Return the last day before another."""
    return date.fromisoformat(day) - timedelta(days=1)


def write_month(day: str | date) -> str:
    """Return a month with its year."""
    first = date.fromisoformat(day) if isinstance(day, str) else day
    return format_date(first, say("MMMM y"), locale=_locale())


def write_stamp(instant: str) -> str:
    """Return an instant to the second, for documents."""
    return format_datetime(local(instant), "yyyy-MM-dd HH:mm:ss", locale=_locale())


def write_since(instant: str, now: datetime) -> str:
    """Return how long ago something was, roughly."""
    passed = now - datetime.fromisoformat(instant)
    if passed < timedelta(hours=1):
        return say("%(count)s min ago", count=max(0, int(passed.total_seconds() // 60)))
    if passed < timedelta(days=2):
        return say("%(count)s h ago", count=int(passed.total_seconds() // 3600))
    return say("%(count)s days ago", count=passed.days)


def as_instant(day: date, hour: int, minute: int = 0) -> str:
    """Return the instant of a time of day in the programme's zone, as the API takes it."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC).isoformat()


def _locale() -> Locale:
    return _LOCALES[locale()]


FILTERS: dict[str, Any] = {
    "minutes": write_minutes,
    "number": write_number,
    "instant": write_instant,
    "time_of": write_time,
    "day": write_day,
    "long_day": write_long_day,
    "day_before": day_before,
    "month": write_month,
    "stamp": write_stamp,
}
