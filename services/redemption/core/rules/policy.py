"""Services of the catalogue, what help costs, and whom a choice of the policy covers."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.programme.words import DIRECT_KINSHIP, Funding, Grade

CREDIT, PURCHASED = Funding.CREDIT.value, Funding.PURCHASED.value


HUNDRED_PERCENT = 100


@dataclass(frozen=True)
class Service:
    """An item of the catalogue."""

    code: str
    version: int
    effective: date
    persons: int
    min_minutes: int
    max_minutes: int
    coefficient_percent: int
    funding: tuple[str, ...]
    max_grade: str
    district_id: UUID | None
    until: date | None
    night_percent: int
    night_from: int
    night_until: int
    season_percent: int
    season_from: str
    season_until: str

    def bars(self, grade: str) -> bool:
        """Tell whether volunteers may not serve someone of this ability grade."""
        return bool(self.max_grade) and Grade(grade or Grade.INTACT).is_worse_than(Grade(self.max_grade))


def price_minutes(*, minutes: int, coefficient_percent: int, persons: int) -> int:
    """Return what help of so many minutes costs."""
    return minutes * coefficient_percent // HUNDRED_PERCENT * persons


def scope_names(scope: str, kind: str) -> bool:
    """Tell whether a choice such as `direct_relatives` covers a relation of this kind."""
    return scope == "relatives_and_friends" or (scope == "direct_relatives" and kind in DIRECT_KINSHIP)
