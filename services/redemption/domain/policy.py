"""A district's programme policy, as far as the use of credit asks for it; and services of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

DIRECT_RELATIVES = frozenset({"spouse", "parent", "child", "grandparent", "grandchild"})
GRADES = ("intact", "mild", "moderate", "severe", "total")
HUNDRED_PERCENT = 100


@dataclass(frozen=True)
class Policy:
    """One version of a district's rules."""

    district_id: UUID
    version: int
    effective: date
    parameters: Mapping[str, Mapping[str, Any]]

    def number(self, group: str, name: str) -> int:
        """Return a parameter that is never null."""
        return int(self.parameters[group][name])

    def number_or_none(self, group: str, name: str) -> int | None:
        """Return a parameter that may be off (null)."""
        value = self.parameters[group][name]
        return None if value is None else int(value)

    def choice(self, group: str, name: str) -> str:
        """Return one of the parameter's choices."""
        return str(self.parameters[group][name])

    def allows(self, group: str, name: str) -> bool:
        """Return a yes or no."""
        return bool(self.parameters[group][name])

    def names(self, group: str, name: str) -> list[str]:
        """Return a list of names."""
        return [str(value) for value in self.parameters[group][name]]

    def coefficient_percent(self, service: "Service") -> int:
        """Return the price of a minute of this service, fixed when help is asked for."""
        table = cast("Mapping[str, int]", self.parameters["coef"]["table"] or {})
        return int(table.get(service.code, service.coefficient_percent))


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

    def bars(self, grade: str) -> bool:
        """Tell whether volunteers may not serve someone of this ability grade."""
        return bool(self.max_grade) and GRADES.index(grade or "intact") > GRADES.index(self.max_grade)


def price_minutes(*, minutes: int, coefficient_percent: int, persons: int) -> int:
    """Return what help of so many minutes costs."""
    return minutes * coefficient_percent // HUNDRED_PERCENT * persons


def scope_names(scope: str, kind: str) -> bool:
    """Tell whether a choice such as `direct_relatives` covers a relation of this kind."""
    return scope == "relatives_and_friends" or (scope == "direct_relatives" and kind in DIRECT_RELATIVES)
