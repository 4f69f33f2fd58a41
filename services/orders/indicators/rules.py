"""The figures of a month: what each counts, and how it is made from sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from libs.clock import local_midnight
from services.orders.core.rules.counting import Kind, Mark

RULES_VERSION = 1
"""Of what is counted and how, told with every figure: raised when a figure of the same month would be another."""
DAYS_OF_A_MONTH_MAX = 31
PERCENT = 100


class Measure(StrEnum):
    """What a figure is a number of."""

    ORDERS = "orders"
    PEOPLE = "people"
    MEALS = "meals"
    MINUTES = "minutes"
    PERCENT = "percent"
    STARS_PERCENT = "stars_percent"


@dataclass(frozen=True)
class Sum:
    """How many rows of one kind, service and marks there are; `bucket`: minutes waited, rounded, or stars."""

    kind: str
    service_code: str
    marks: tuple[str, ...]
    bucket: int
    rows: int
    number: int
    credit_minutes: int


@dataclass(frozen=True)
class Rows:
    """Which rows a figure opens into."""

    kind: Kind
    mark: Mark | None = None
    service_code: str = ""

    def fits(self, entry: Sum) -> bool:
        """Tell whether a sum is of these rows."""
        is_marked = self.mark is None or self.mark in entry.marks
        return entry.kind == self.kind and is_marked and self.service_code in ("", entry.service_code)

    def of(self, sums: Iterable[Sum]) -> list[Sum]:
        """Return the sums of these rows."""
        return [entry for entry in sums if self.fits(entry)]


class Way(StrEnum):
    """How a figure follows from its rows."""

    COUNT = "count"
    NUMBER = "number"
    CREDIT = "credit"
    AVERAGE = "average"
    EACH = "each"
    MEDIAN = "median"
    P90 = "p90"
    SHARE = "share"


@dataclass(frozen=True)
class Indicator:
    """One figure: its rows, how it follows from them, and of which others it is a share or an average."""

    rows: Rows
    way: Way
    measure: Measure
    of: tuple[Rows, ...] = ()


_TAKEN, _UNTAKEN, _SERVED = Rows(Kind.TAKEN), Rows(Kind.UNTAKEN), Rows(Kind.SERVED)
_SEARCHES = (_TAKEN, _UNTAKEN)
_REGISTERED = Rows(Kind.REGISTERED)
INDICATORS = {
    "fill_rate": Indicator(_TAKEN, Way.SHARE, Measure.PERCENT, _SEARCHES),
    "time_to_take_median": Indicator(_TAKEN, Way.MEDIAN, Measure.MINUTES),
    "time_to_take_p90": Indicator(_TAKEN, Way.P90, Measure.MINUTES),
    "no_taker": Indicator(_UNTAKEN, Way.COUNT, Measure.ORDERS),
    "referred_purchased": Indicator(Rows(Kind.REFERRED, Mark.PURCHASED), Way.COUNT, Measure.ORDERS),
    "referred_market": Indicator(Rows(Kind.REFERRED, Mark.MARKET), Way.COUNT, Measure.ORDERS),
    "market_served": Indicator(Rows(Kind.REFERRAL_ENDED, Mark.OUTCOME_SERVED), Way.COUNT, Measure.ORDERS),
    "market_not_served": Indicator(Rows(Kind.REFERRAL_ENDED, Mark.OUTCOME_NOT_SERVED), Way.COUNT, Measure.ORDERS),
    "market_withdrawn": Indicator(Rows(Kind.REFERRAL_ENDED, Mark.OUTCOME_WITHDRAWN), Way.COUNT, Measure.ORDERS),
    "market_unknown": Indicator(Rows(Kind.REFERRAL_ENDED, Mark.OUTCOME_UNKNOWN), Way.COUNT, Measure.ORDERS),
    "services": Indicator(_SERVED, Way.COUNT, Measure.ORDERS),
    "hours": Indicator(_SERVED, Way.NUMBER, Measure.MINUTES),
    "issued": Indicator(_SERVED, Way.CREDIT, Measure.MINUTES),
    "elders": Indicator(Rows(Kind.ELDER), Way.COUNT, Measure.PEOPLE),
    "hours_each": Indicator(_SERVED, Way.EACH, Measure.MINUTES, (Rows(Kind.ELDER),)),
    "volunteers": Indicator(Rows(Kind.VOLUNTEER), Way.COUNT, Measure.PEOPLE),
    "volunteers_registered": Indicator(_REGISTERED, Way.COUNT, Measure.PEOPLE),
    "volunteers_trained": Indicator(Rows(Kind.REGISTERED, Mark.TRAINED), Way.COUNT, Measure.PEOPLE, (_REGISTERED,)),
    "volunteers_insured": Indicator(Rows(Kind.REGISTERED, Mark.INSURED), Way.COUNT, Measure.PEOPLE, (_REGISTERED,)),
    "satisfaction": Indicator(Rows(Kind.RATED), Way.AVERAGE, Measure.STARS_PERCENT),
    "flags": Indicator(Rows(Kind.FLAGGED), Way.COUNT, Measure.ORDERS),
    "disputes": Indicator(Rows(Kind.DISPUTED), Way.COUNT, Measure.ORDERS),
    "reversals": Indicator(Rows(Kind.REVERSED), Way.COUNT, Measure.ORDERS),
    "offline_share": Indicator(Rows(Kind.SERVED, Mark.OFFLINE), Way.SHARE, Measure.PERCENT, (_SERVED,)),
    "night_share": Indicator(Rows(Kind.SERVED, Mark.NIGHT), Way.SHARE, Measure.PERCENT, (_SERVED,)),
    "purchased": Indicator(Rows(Kind.SERVED, Mark.PURCHASED), Way.COUNT, Measure.ORDERS),
    "meals": Indicator(Rows(Kind.SERVED, service_code="A1"), Way.COUNT, Measure.ORDERS),
    "errands": Indicator(Rows(Kind.SERVED, service_code="A7"), Way.COUNT, Measure.ORDERS),
    "visitors": Indicator(Rows(Kind.VISITORS), Way.NUMBER, Measure.PEOPLE),
    "meals_given": Indicator(Rows(Kind.MEALS_GIVEN), Way.NUMBER, Measure.MEALS),
}


@dataclass(frozen=True)
class Figure:
    """The value of an indicator, None where there is nothing to make it of, and how many rows it opens into."""

    indicator: str
    value: int | None
    measure: Measure
    rows: int
    of_rows: int


def figures_of(sums: Sequence[Sum]) -> list[Figure]:
    """Return all figures of a unit's month."""
    return [_figure(name, indicator, sums) for name, indicator in INDICATORS.items()]


def end_of(month: date) -> datetime:
    """Return the instant at which a month is over; `month`: its first day."""
    return local_midnight((month + timedelta(days=DAYS_OF_A_MONTH_MAX)).replace(day=1))


def months_up_to(month: date, count: int) -> list[date]:
    """Return the first days of some months up to and with one, oldest first."""
    last = month.year * 12 + month.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(last - count + 1, last + 1)]


def _figure(name: str, indicator: Indicator, sums: Sequence[Sum]) -> Figure:
    own = indicator.rows.of(sums)
    rows = sum(entry.rows for entry in own)
    of_rows = sum(entry.rows for others in indicator.of for entry in others.of(sums)) if indicator.of else rows
    return Figure(name, _value(indicator.way, own, rows, of_rows), indicator.measure, rows, of_rows)


def _value(way: Way, own: Sequence[Sum], rows: int, of_rows: int) -> int | None:
    if way is Way.COUNT:
        return rows
    if not of_rows:
        return None
    if way in (Way.MEDIAN, Way.P90):
        return percentile(own, 50 if way is Way.MEDIAN else 90)
    if way is Way.CREDIT:
        return sum(entry.credit_minutes for entry in own)
    number = sum(entry.number for entry in own)
    return {
        Way.NUMBER: number,
        Way.EACH: number // of_rows,
        Way.AVERAGE: number * PERCENT // of_rows,
        Way.SHARE: rows * PERCENT // of_rows,
    }[way]


def percentile(sums: Iterable[Sum], percent: int) -> int | None:
    """Return the least bucket up to which so many of the rows lie; None without any."""
    in_order = sorted(sums, key=lambda entry: entry.bucket)
    wanted, passed = sum(entry.rows for entry in in_order) * percent, 0
    for entry in in_order:
        passed += entry.rows
        if passed * PERCENT >= wanted:
            return entry.bucket
    return None
