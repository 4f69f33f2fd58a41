"""Local days and months of the programme, as microseconds: the only place where credit meets the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from libs.clock import from_microseconds, local_date, local_midnight, to_microseconds
from services.ledger.domain.errors import DateOutOfRangeError

FIRST_US, END_US = 946_684_800_000_000, 4_133_980_800_000_000
"""The years 2000 to 2100: nothing in the journal takes effect before, or from then on."""
DAY_US = 86_400_000_000
ONE_DAY = timedelta(days=1)
QUARTER_US = 900_000_000
QUARTERS_SINCE_US = 0
"""Since 1970 a local day begins, and clocks are put forward or back, on a quarter of an hour."""


def refuse_bad_date(instant_us: int | None) -> None:
    """Refuse an instant at which nothing can take effect; None = when it is recorded.

    Raises:
        DateOutOfRangeError: before the year 2000, or after 2100.
    """
    if instant_us is not None and not FIRST_US <= instant_us < END_US:
        raise DateOutOfRangeError


def day_of(instant_us: int) -> date:
    """The local day of an instant."""
    if instant_us < QUARTERS_SINCE_US:
        return local_date(from_microseconds(instant_us))
    return _day_of_quarter(instant_us // QUARTER_US)


@lru_cache(maxsize=65_536)
def _day_of_quarter(quarter: int) -> date:
    return local_date(from_microseconds(quarter * QUARTER_US))


def day_bounds_us(instant_us: int) -> tuple[int, int]:
    """When the local day of an instant begins, and when the next one does."""
    day = day_of(instant_us)
    return day_start_us(day), day_start_us(day + ONE_DAY)


@lru_cache(maxsize=8_192)
def day_start_us(day: date) -> int:
    """The instant at which a local day begins."""
    return to_microseconds(local_midnight(day))


def month_start_us(instant_us: int) -> int:
    """The instant at which the local month of an instant began."""
    return day_start_us(day_of(instant_us).replace(day=1))


def same_month(one_us: int, other_us: int) -> bool:
    """Whether two instants are in the same local month."""
    return month_start_us(one_us) == month_start_us(other_us)
