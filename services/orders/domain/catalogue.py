"""The services that can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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

    def price_minutes(self, *, planned_minutes: int, coefficient_percent: int) -> int:
        """Return what the planned time costs: rounded down per person, then times the persons."""
        return planned_minutes * coefficient_percent // 100 * self.persons
