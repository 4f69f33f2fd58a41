"""When a visit is due, and the monthly rate."""

from __future__ import annotations

from datetime import date

from services.orders.tests.cases import policy
from services.orders.visits.rules import counts_monthly, interval_days, is_overdue, rate_percent


def test_a_visit_is_overdue_the_day_after_the_interval() -> None:
    days = [date(2026, 3, 16), date(2026, 3, 17)]

    late = [is_overdue(listed_on=date(2026, 3, 1), seen_on=(date(2026, 3, 9),), days=7, today=day) for day in days]

    assert late == [False, True]


def test_the_monthly_rate_counts_intervals_of_a_month_and_rounds_down() -> None:
    days = [interval_days(policy(), risk) for risk in ("high", "key", "general")]

    assert days == [7, 30, 90]
    assert [counts_monthly(interval) for interval in days] == [True, True, False]
    assert (rate_percent(listed=3, visited=2), rate_percent(listed=0, visited=0)) == (66, 0)
