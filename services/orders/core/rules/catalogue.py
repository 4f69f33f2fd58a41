"""A service of the catalogue: its price, and for whom it may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from libs.programme.refusals import GradeOutsideLimitsError
from libs.programme.words import Funding
from services.orders.core.rules.people import Person


def refuse_grade_outside_limits(service: Service, recipient: Person, funding: Funding) -> None:
    """Refuse a service that volunteers may not give at this ability grade; purchased help is exempt.

    Raises:
        GradeOutsideLimitsError: the grade is worse than the service's limit.
    """
    if funding is not Funding.PURCHASED and recipient.is_worse_than(service.max_grade):
        raise GradeOutsideLimitsError(max_grade=service.max_grade)


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


def price_minutes(*, planned_minutes: int, coefficient_percent: int, persons: int) -> int:
    """Return what the planned time costs: rounded down per person, then times the persons."""
    return planned_minutes * coefficient_percent // 100 * persons
