"""What accounts tells of persons, units, relations, grants, keys and policies, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class RoleTold:
    """A role at a node of the tree; `lent_by_id` is whose it is, where it is lent to a deputy."""

    role: str
    unit_id: UUID
    lent_by_id: UUID | None = None


@dataclass(frozen=True)
class QualificationsTold:
    """What a volunteer is fit for."""

    training: bool
    clean_record: bool
    insured_until: date | None
    certificates: tuple[str, ...]


@dataclass(frozen=True)
class PersonTold:
    """A person's newest state."""

    person_id: UUID
    status: str
    home_unit_id: UUID
    district_id: UUID | None
    born: date | None
    sex: str
    grade: str
    hardship: tuple[str, ...]
    household_id: UUID | None
    household_verified: bool
    home_latitude_millideg: int
    home_longitude_millideg: int
    home_known: bool
    roles: tuple[RoleTold, ...]
    qualifications: QualificationsTold
    visit_risk: str
    visit_listed_on: date | None
    died_on: date | None
    known_to: tuple[UUID, ...]
    speaks: tuple[str, ...]


@dataclass(frozen=True)
class RelationTold:
    """A relation; one that is not active has ended."""

    relation_id: UUID
    person_id: UUID
    relative_id: UUID
    kind: str
    verified: bool
    active: bool
    declared_by: UUID | None


@dataclass(frozen=True)
class GrantTold:
    """A grant to act for somebody; one that is not active has ended."""

    grant_id: UUID
    person_id: UUID
    relative_id: UUID
    active: bool
    acts: tuple[str, ...]
    minutes_per_month: int | None
    until: date | None


@dataclass(frozen=True)
class UnitTold:
    """A node of the tree."""

    unit_id: UUID
    parent_id: UUID | None
    level: str
    district_id: UUID | None
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class PolicyTold:
    """A version of a district's rules."""

    district_id: UUID
    policy_version: int
    effective: date
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class KeyTold:
    """A key that tokens may be signed with."""

    key_id: str
    public_key: bytes


@dataclass(frozen=True)
class KeysTold:
    """All of them."""

    keys: tuple[KeyTold, ...]


@dataclass(frozen=True)
class SessionsEndedTold:
    """Sessions whose tokens count no more."""

    session_ids: tuple[UUID, ...]
    tokens_end_at: datetime


def catalogue_subject(subject: str) -> tuple[str, int]:
    """Return the service and the version that a catalogue item's subject names: `code/version`."""
    code, _, version = subject.partition("/")
    return code, int(version)
