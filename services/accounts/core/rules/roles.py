"""Roles: what a person is (recipient, volunteer, provider's worker), and what staff may do at a node of the tree."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.programme.words import CITY_ROLES, PERSON_ROLES, RANK_MAX, RANKS, STAFF_ROLES, Role, UnitLevel
from services.accounts.core.refusals import RoleConflictError, RoleUnitMismatchError

_TOP = {role for role in STAFF_ROLES if RANKS[role] == RANK_MAX}


@dataclass(frozen=True)
class RoleGrant:
    """A role held by a person at a unit; it reaches the unit and all below. `lent_by_id`: whose it is while away."""

    grant_id: UUID
    person_id: UUID
    role: Role
    unit_id: UUID
    granted_by: UUID
    granted_at: datetime
    lent_by_id: UUID | None = None


def refuse_unless_grantable(
    role: Role, *, level: UnitLevel, unit_id: UUID, home_unit_id: UUID, held: Collection[RoleGrant]
) -> None:
    """Refuse a role at a unit where it is not held, or beside roles it conflicts with.

    Raises:
        RoleUnitMismatchError: a city role below the city, or a person's role elsewhere than at home.
        RoleConflictError: an auditor with another staff role.
    """
    if role in CITY_ROLES and level is not UnitLevel.CITY:
        raise RoleUnitMismatchError(role=role, level=level)
    if role is Role.DISTRICT_ADMIN and level not in (UnitLevel.CITY, UnitLevel.DISTRICT):
        raise RoleUnitMismatchError(role=role, level=level)
    if role in PERSON_ROLES and unit_id != home_unit_id:
        raise RoleUnitMismatchError(role=role, level=level)
    staff = {grant.role for grant in held} & STAFF_ROLES
    if role in STAFF_ROLES and staff and (role is Role.CITY_AUDITOR) != (Role.CITY_AUDITOR in staff):
        raise RoleConflictError(role=role, held=sorted(staff))


@dataclass(frozen=True)
class RolePlace:
    """A role and the path of its unit from the root of the tree to it."""

    role: Role
    path: tuple[UUID, ...]

    @property
    def rank(self) -> int:
        """Return how high the role stands."""
        return RANKS[self.role]

    def reaches(self, other: "RolePlace") -> bool:
        """Tell whether this role is held at the other's unit or above it: in the same branch."""
        return self.path[-1] in other.path


def stands_above(mine: Collection[RolePlace], theirs: Iterable[RolePlace]) -> bool:
    """Tell whether every staff role of somebody is below one of mine in the same branch.

    Who holds no staff role stands below everybody; a role of another branch is not below mine.
    """
    return all(
        any(role_place.rank > other.rank and role_place.reaches(other) for role_place in mine)
        for other in _staff(theirs)
    )


def may_sign_about(mine: Collection[RolePlace], theirs: Iterable[RolePlace]) -> bool:
    """Tell whether my word may be one of two about somebody: I stand above them, or beside them at the very top."""
    return all(
        any(
            role_place.reaches(other) and (role_place.rank > other.rank or role_place.rank == RANK_MAX)
            for role_place in mine
        )
        for other in _staff(theirs)
    )


def may_witness(mine: Collection[RolePlace], theirs: Iterable[RolePlace]) -> bool:
    """Tell whether my word may be one of two about the death of a member of staff.

    Whoever stands above them may, whatever else they do; the auditor, who signs nothing, only beside the top.
    """
    return all(
        any(role_place.reaches(other) and role_place.role in witnessing_roles([other]) for role_place in mine)
        for other in _staff(theirs)
    )


def witnessing_roles(theirs: Iterable[RolePlace]) -> set[Role]:
    """Return the roles whose word counts about the death of a member of staff: those above, at the top those beside."""
    rank = _rank(theirs)
    return {role for role in STAFF_ROLES if RANKS[role] > rank and role is not Role.CITY_AUDITOR} or _TOP


def roles_above(roles: Iterable[str], theirs: Iterable[RolePlace], *, least_rank: int = 0) -> list[str]:
    """Return those of some roles that stand above all that somebody is, and have a rank at least."""
    rank = max(_rank(theirs) + 1, least_rank)
    return sorted(role for role in roles if RANKS[Role(role)] >= rank)


def roles_signing(roles: Iterable[str], theirs: Iterable[RolePlace], *, least_rank: int = 0) -> list[str]:
    """Return those of some roles that may be one of two about somebody: above them, or beside them at the very top."""
    rank = max(min(_rank(theirs) + 1, RANK_MAX), least_rank)
    return sorted(role for role in roles if RANKS[Role(role)] >= rank)


def is_staff(places: Iterable[RolePlace]) -> bool:
    """Tell whether one of these roles is of staff."""
    return any(_staff(places))


def highest_rank(mine: Iterable[RolePlace], *, roles: Collection[str], path: Collection[UUID]) -> int:
    """Return the rank of the highest of some roles that reaches a unit; 0 when none does."""
    return max(
        (role_place.rank for role_place in mine if role_place.role in roles and role_place.path[-1] in path), default=0
    )


def _rank(places: Iterable[RolePlace]) -> int:
    return max((place.rank for place in places), default=0)


def _staff(places: Iterable[RolePlace]) -> Iterable[RolePlace]:
    return (place for place in places if place.role in STAFF_ROLES)
