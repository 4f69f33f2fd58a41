"""Roles: what a person is (recipient, volunteer, provider's worker), and what staff may do at a node of the tree."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.accounts.domain.errors import RoleConflictError, RoleUnitMismatchError
from services.accounts.domain.units import Level


class Role(StrEnum):
    """Everything a person may be."""

    RECIPIENT = "recipient"
    VOLUNTEER = "volunteer"
    PROVIDER_WORKER = "provider_worker"
    COORDINATOR = "coordinator"
    CHECKER = "checker"
    OPERATOR = "operator"
    DISTRICT_ADMIN = "district_admin"
    CITY_ADMIN = "city_admin"
    CITY_AUDITOR = "city_auditor"


PERSON_ROLES = frozenset({Role.RECIPIENT, Role.VOLUNTEER, Role.PROVIDER_WORKER})
STAFF_ROLES = frozenset(Role) - PERSON_ROLES
_CITY_ROLES = frozenset({Role.CITY_ADMIN, Role.CITY_AUDITOR})


@dataclass(frozen=True)
class RoleGrant:
    """A role held by a person at a unit; it reaches the unit and all below."""

    grant_id: UUID
    person_id: UUID
    role: Role
    unit_id: UUID
    granted_by: UUID
    granted_at: datetime


def refuse_unless_grantable(
    role: Role, *, level: Level, unit_id: UUID, home_unit_id: UUID, held: Collection[RoleGrant]
) -> None:
    """Refuse a role at a unit where it is not held, or beside roles it conflicts with.

    Raises:
        RoleUnitMismatchError: a city role below the city, or a person's role elsewhere than at home.
        RoleConflictError: an auditor with another staff role.
    """
    if role in _CITY_ROLES and level is not Level.CITY:
        raise RoleUnitMismatchError(role=role, level=level)
    if role is Role.DISTRICT_ADMIN and level not in (Level.CITY, Level.DISTRICT):
        raise RoleUnitMismatchError(role=role, level=level)
    if role in PERSON_ROLES and unit_id != home_unit_id:
        raise RoleUnitMismatchError(role=role, level=level)
    staff = {grant.role for grant in held} & STAFF_ROLES
    if role in STAFF_ROLES and staff and (role is Role.CITY_AUDITOR) != (Role.CITY_AUDITOR in staff):
        raise RoleConflictError(role=role, held=sorted(staff))
