"""One version of a district's programme policy, as the rules here read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

Parameters = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Policy:
    """The parameters in force in a district from a local day on."""

    district_id: UUID
    version: int
    effective: date
    parameters: Parameters

    def number(self, group: str, name: str) -> int:
        """Return an integer parameter that always has a value."""
        value = self.parameters[group][name]
        assert type(value) is int, f"{group}.{name} is an integer"
        return value

    def limit(self, group: str, name: str) -> int | None:
        """Return an integer parameter, None where the policy sets no limit."""
        return None if self.parameters[group][name] is None else self.number(group, name)

    def allows(self, group: str, name: str) -> bool:
        """Return a boolean parameter."""
        value = self.parameters[group][name]
        assert isinstance(value, bool), f"{group}.{name} is a boolean"
        return value

    def choice(self, group: str, name: str) -> str:
        """Return a text parameter."""
        return str(self.parameters[group][name])

    def names(self, group: str, name: str) -> frozenset[str]:
        """Return a list of names as a set."""
        value = self.parameters[group][name]
        assert isinstance(value, list | tuple), f"{group}.{name} is a list"
        return frozenset(str(entry) for entry in value)

    def numbers(self, group: str, name: str) -> tuple[int, ...]:
        """Return a list of integers."""
        value = self.parameters[group][name]
        assert isinstance(value, list | tuple), f"{group}.{name} is a list"
        return tuple(int(entry) for entry in value)

    def evidence_sets(self) -> tuple[frozenset[str], ...]:
        """Return the sets of evidence of which one complete makes hours verified."""
        sets = self.parameters["verify"]["verified_by"]
        assert isinstance(sets, list | tuple)
        return tuple(frozenset(str(kind) for kind in wanted) for wanted in sets)

    def coefficient_percent(self, service_code: str, *, listed_percent: int) -> int:
        """Return the coefficient of a service: the policy's, else the catalogue's."""
        table = self.parameters["coef"]["table"]
        assert isinstance(table, Mapping)
        percent = table.get(service_code, listed_percent)
        assert isinstance(percent, int)
        return percent
