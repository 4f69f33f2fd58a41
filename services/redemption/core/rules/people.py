"""Who is concerned, as far as a rule asks: no names, only ids and attributes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.programme.acting import Consent


@dataclass(frozen=True)
class Person:
    """A person as accounts told it."""

    person_id: UUID
    status: str
    home_unit_id: UUID
    district_id: UUID
    born: date | None
    grade: str
    hardship: tuple[str, ...]
    is_recipient: bool
    household_id: UUID | None = None
    household_verified: bool = False

    def age_on(self, day: date) -> int:
        """Return completed years; the 29th of February is completed on the 1st of March."""
        if self.born is None:
            return 0
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True)
class Relation:
    """`kind` is what the relative is to the person."""

    kind: str
    verified: bool


@dataclass(frozen=True)
class RoleAt:
    """A role at a node of the tree; `lent_by_id` is whose it is, where it is lent to a deputy."""

    role: str
    unit_id: UUID
    lent_by_id: UUID | None = None


@dataclass(frozen=True)
class Caller:
    """Who signs in and asks, with the roles they hold now."""

    person_id: UUID
    roles: tuple[RoleAt, ...]

    @property
    def hands(self) -> frozenset[UUID]:
        """Return whose hands the caller's count as: their own, and those of whoever's role is lent to them."""
        return frozenset({self.person_id, *(held.lent_by_id for held in self.roles if held.lent_by_id)})

    def has(self, roles: frozenset[str]) -> bool:
        """Tell whether the caller has one of the roles, anywhere."""
        return any(held.role in roles for held in self.roles)

    def reaches(self, roles: frozenset[str], path: frozenset[UUID]) -> bool:
        """Tell whether one of the roles is held at a unit of the path to the root."""
        return any(held.role in roles and held.unit_id in path for held in self.roles)


@dataclass(frozen=True)
class CommandContext:
    """Who gives a command, and when; `cause` is the id of all that follows, the same when the command comes again."""

    caller: Caller
    now: datetime
    cause: UUID


@dataclass(frozen=True)
class Acting:
    """On whose behalf a command is given, how they consented, and why."""

    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str | None = None


@dataclass(frozen=True)
class Asking:
    """Who asked for something and when; for whom, how they consented, and why."""

    by: UUID
    at: datetime
    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str | None = None
