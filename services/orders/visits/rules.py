"""Care visits: how often, who is overdue, and the monthly rate."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from libs.programme.policy import Policy
from libs.programme.words import VisitRisk

MONTHLY_DAYS_MAX = 31
PEOPLE_MAX = 60
"""How many people one visitor may have."""
RECORDED_WITHIN = timedelta(days=10)
"""How long after a month a visit of it is still recorded or taken back; what comes later changes its rate no more."""
ASSIGNED = timedelta(days=180)
"""How long somebody visits a person until a coordinator says so again: a name is not left open for ever."""


class Finding(StrEnum):
    """What a visitor looks at, and says where something is wrong."""

    HEALTH = "health"
    MIND = "mind"
    SAFETY = "safety"
    HYGIENE = "hygiene"
    HOME = "home"


FORGOTTEN_MONTHLY, FORGOTTEN_SELDOM = "monthly", "seldom"
"""In the place of the risk group of somebody whose data ended."""
ALARMING = frozenset({Finding.HEALTH, Finding.SAFETY})
"""What nobody waits with: an alarm is opened at once."""


def opens_alarm(*, seen: bool, findings: Collection[str], risk: str) -> bool:
    """Tell whether people must look at once: something alarming was found, or someone at high risk did not answer."""
    return bool(ALARMING.intersection(findings)) if seen else risk == VisitRisk.HIGH


def interval_days(policy: Policy, risk: str) -> int:
    """Return how many days may pass between two visits of a risk group."""
    days: dict[str, int] = {VisitRisk.HIGH: policy.visit.high_risk_days, VisitRisk.KEY: policy.visit.key_days}
    return days.get(risk, policy.visit.general_days)


def is_call_enough(risk: str) -> bool:
    """Tell whether a call on a round is a visit of somebody of a risk group: of nobody at high or key risk."""
    return risk == VisitRisk.GENERAL


def is_overdue(*, listed_on: date, seen_on: tuple[date, ...], days: int, today: date) -> bool:
    """Tell whether today is later than the last day seen, or the day listed, plus the interval."""
    return today > due_on(listed_on=listed_on, seen_on=seen_on, days=days)


def due_on(*, listed_on: date, seen_on: tuple[date, ...], days: int) -> date:
    """Return the last day by which a listed person is to be seen again."""
    return max((listed_on, *seen_on)) + timedelta(days=days)


def forgotten(days: int) -> str:
    """Return what stays of the risk group of somebody whose data ended: whether they counted in the monthly rate."""
    return FORGOTTEN_MONTHLY if counts_monthly(days) else FORGOTTEN_SELDOM


def counts(policy: Policy, risk: str) -> bool:
    """Tell whether a risk group, or what stays of one, is on the monthly rate."""
    return risk == FORGOTTEN_MONTHLY or (risk != FORGOTTEN_SELDOM and counts_monthly(interval_days(policy, risk)))


def counts_monthly(days: int) -> bool:
    """Tell whether the interval puts a person on the monthly rate."""
    return days <= MONTHLY_DAYS_MAX


def was_seen_in(month: date, seen_on: tuple[date, ...]) -> bool:
    """Tell whether one of the days lies in the month that `month` is a day of."""
    return any((day.year, day.month) == (month.year, month.month) for day in seen_on)


def rate_percent(*, listed: int, visited: int) -> int:
    """Return the monthly visit rate, rounded down; 0 when nobody is listed."""
    return visited * 100 // listed if listed else 0
