"""Calendar months of the programme's zone, as an address names them: `2026-03`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from libs.clock import local_midnight
from services.web.kit.formats import local

YEAR_MIN, YEAR_MAX = 2000, 2100


@dataclass(frozen=True, order=True)
class Month:
    """One month."""

    first_day: date

    @classmethod
    def of(cls, instant: datetime | str) -> Month:
        """Return the month of an instant."""
        return cls(local(instant).date().replace(day=1))

    @classmethod
    def parse(cls, text: str, otherwise: Month) -> Month:
        """Return the month that an address names; another when it names none."""
        try:
            day = date.fromisoformat(f"{text}-01")
        except ValueError:
            return otherwise
        return cls(day) if YEAR_MIN <= day.year <= YEAR_MAX else otherwise

    @property
    def begins_at(self) -> datetime:
        """Return its first instant."""
        return local_midnight(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """Return the first instant after it."""
        return self.later(1).begins_at

    def later(self, months: int) -> Month:
        """Return the month so many months on, or back."""
        index = self.first_day.year * 12 + self.first_day.month - 1 + months
        return Month(date(index // 12, index % 12 + 1, 1))

    def is_over(self, now: datetime) -> bool:
        """Tell whether nothing is recorded in it any more."""
        return self.ends_at <= now

    def __str__(self) -> str:
        """Return `2026-03`."""
        return f"{self.first_day:%Y-%m}"


def months_from(first: Month, last: Month, *, most: int) -> list[Month]:
    """Return the months of a stretch, the latest so many of them."""
    months = [last]
    while months[0] > first and len(months) < most:
        months.insert(0, months[0].later(-1))
    return months
