"""Weeks run Monday to Sunday; weeks and months are local."""

from datetime import date, datetime, timedelta

from libs.clock import local_date


def week_of(instant: datetime) -> date:
    """Return the Monday of the instant's local week."""
    day = local_date(instant)
    return day - timedelta(days=day.weekday())


def month_of(instant: datetime) -> date:
    """Return the first day of the instant's local month."""
    return local_date(instant).replace(day=1)
