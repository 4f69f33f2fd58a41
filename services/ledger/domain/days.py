"""Local days and months of the programme, as microseconds: the only place where credit meets the calendar."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from libs.clock import from_microseconds, local_date, local_midnight, to_microseconds

DAY_US = 86_400_000_000


def day_of(instant_us: int) -> date:
    """The local day of an instant."""
    return local_date(from_microseconds(instant_us))


@lru_cache(maxsize=1024)
def day_start_us(day: date) -> int:
    """The instant at which a local day begins."""
    return to_microseconds(local_midnight(day))


def month_start_us(instant_us: int) -> int:
    """The instant at which the local month of an instant began."""
    return day_start_us(day_of(instant_us).replace(day=1))


def same_month(one_us: int, other_us: int) -> bool:
    """Whether two instants are in the same local month."""
    return month_start_us(one_us) == month_start_us(other_us)
