"""A version of a district's rules as every service reads it: typed, and complete, whatever release it was published by.

`parameters.py` is generated from accounts' parameter list by `make proto`. A rule reads
`policy.confirm.auto_after_hours`; which version binds on a day is said once, in `store.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Self
from uuid import UUID

from libs.programme.policy.parameters import Parameters

Stored = Mapping[str, Mapping[str, Any]]
"""Parameters as they are published and stored: by group and name, in the types of JSON."""


@dataclass(frozen=True, kw_only=True)
class Policy(Parameters):
    """The parameters in force in a district from a local day on."""

    district_id: UUID
    version: int
    effective: date

    @classmethod
    def read(cls, stored: Stored, *, district_id: UUID, version: int, effective: date) -> Self:
        """Return a stored version, with today's default for each parameter that it does not name.

        A version that an older release published lacks what was added since: so a new parameter reaches every
        district, also those whose rules nobody has touched. What it does name stays, null included; what no release
        knows any more is left out.
        """
        return cls(district_id=district_id, version=version, effective=effective, **_read_groups(stored))

    def coefficient_percent(self, service_code: str, *, listed_percent: int) -> int:
        """Return the coefficient of a service: the policy's, else the catalogue's."""
        return self.coef.table.get(service_code, listed_percent)


def typed(stored: Stored) -> Parameters:
    """Return stored parameters with their types, completed as a version is."""
    return Parameters(**_read_groups(stored))


@cache
def default_parameters() -> dict[str, dict[str, Any]]:
    """Return every parameter with today's default, in the types of JSON."""
    return {group: dict(map(_as_json, named.items())) for group, named in dataclasses.asdict(Parameters()).items()}


def completed(stored: Stored) -> dict[str, dict[str, Any]]:
    """Return a version's parameters as they are stored, with today's default for each that it does not name."""
    defaults = default_parameters()
    return {group: {**defaults.get(group, {}), **stored.get(group, {})} for group in {**defaults, **stored}}


def _read_groups(stored: Stored) -> dict[str, Any]:
    groups = (field for field in dataclasses.fields(Parameters) if field.name in stored)
    return {field.name: _read_group(field.default, stored[field.name]) for field in groups}


def _read_group(defaults: Any, stored: Mapping[str, Any]) -> Any:
    types = {field.name: field.type for field in dataclasses.fields(defaults)}
    named = {name: value for name, value in stored.items() if name in types}
    return dataclasses.replace(defaults, **{name: _typed(types[name], value) for name, value in named.items()})


def _typed(kind: object, value: object) -> object:
    if kind == tuple[date, ...] and isinstance(value, list):
        return tuple(map(date.fromisoformat, value))
    return _frozen(value)


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _as_json(entry: tuple[str, Any]) -> tuple[str, Any]:
    name, value = entry
    return name, _thawed(value)


def _thawed(value: object) -> object:
    return [_thawed(one) for one in value] if isinstance(value, tuple) else value
