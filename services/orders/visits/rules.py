"""Care visits: how often, who is overdue, and the monthly rate."""

from __future__ import annotations

from datetime import date, timedelta

from libs.programme.policy import Policy
from libs.programme.words import VisitRisk

MONTHLY_DAYS_MAX = 31


def interval_days(policy: Policy, risk: str) -> int:
    """Return how many days may pass between two visits of a risk group."""
    days: dict[str, int] = {VisitRisk.HIGH: policy.visit.high_risk_days, VisitRisk.KEY: policy.visit.key_days}
    return days.get(risk, policy.visit.general_days)


def is_overdue(*, listed_on: date, seen_on: tuple[date, ...], days: int, today: date) -> bool:
    """Tell whether today is later than the last day seen, or the day listed, plus the interval."""
    return today > due_on(listed_on=listed_on, seen_on=seen_on, days=days)


def due_on(*, listed_on: date, seen_on: tuple[date, ...], days: int) -> date:
    """Return the last day by which a listed person is to be seen again."""
    return max((listed_on, *seen_on)) + timedelta(days=days)


def counts_monthly(days: int) -> bool:
    """Tell whether the interval puts a person on the monthly rate."""
    return days <= MONTHLY_DAYS_MAX


def was_seen_in(month: date, seen_on: tuple[date, ...]) -> bool:
    """Tell whether one of the days lies in the month that `month` is a day of."""
    return any((day.year, day.month) == (month.year, month.month) for day in seen_on)


def rate_percent(*, listed: int, visited: int) -> int:
    """Return the monthly visit rate, rounded down; 0 when nobody is listed."""
    return visited * 100 // listed if listed else 0
