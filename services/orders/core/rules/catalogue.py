"""A service of the catalogue: its price, and for whom it may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.programme.catalogue import PLAIN_PERCENT
from libs.programme.refusals import GradeOutsideLimitsError
from libs.programme.words import Funding
from services.orders.core.rules.people import Person

MINUTES_PER_HOUR = 60


def refuse_grade_outside_limits(service: Service, recipient: Person, funding: Funding) -> None:
    """Refuse a service that volunteers may not give at this ability grade; purchased help is exempt.

    Raises:
        GradeOutsideLimitsError: the grade is worse than the service's limit.
    """
    if funding is not Funding.PURCHASED and recipient.is_worse_than(service.max_grade):
        raise GradeOutsideLimitsError(max_grade=service.max_grade)


@dataclass(frozen=True)
class Tariff:
    """What a minute counts beside the coefficient by night and in a season, and what an hour costs the reserve."""

    night_percent: int = PLAIN_PERCENT
    night_from: int = 22
    night_until: int = 6
    season_percent: int = PLAIN_PERCENT
    season_from: str = ""
    season_until: str = ""
    reserve_yuan_per_hour: int | None = None
    """What buying an hour would cost the reserve, None where nobody named a price."""


PLAIN_TARIFF = Tariff()


@dataclass(frozen=True)
class Service:
    """One version of a catalogue entry."""

    code: str
    version: int
    effective: date
    name_zh: str
    name_en: str
    service_class: str
    risk: str
    persons: int
    min_minutes: int
    max_minutes: int
    coefficient_percent: int
    funding: frozenset[str]
    certificate: str
    max_grade: str
    checklist: tuple[str, ...] = ()
    certificate_for: str = ""
    district_id: UUID | None = None
    """Whose own it is; None: the city's, for every district that has none in force."""
    until: date | None = None
    tariff: Tariff = PLAIN_TARIFF

    def reserve_yuan(self, *, planned_minutes: int, persons: int) -> int | None:
        """Return what buying this help would cost the reserve, in whole yuan rounded up: a guide and no bill."""
        if self.tariff.reserve_yuan_per_hour is None:
            return None
        return -(-planned_minutes * persons * self.tariff.reserve_yuan_per_hour // MINUTES_PER_HOUR)


def price_minutes(*, planned_minutes: int, coefficient_percent: int, persons: int) -> int:
    """Return what the planned time costs: rounded down per person, then times the persons."""
    return planned_minutes * coefficient_percent // 100 * persons
