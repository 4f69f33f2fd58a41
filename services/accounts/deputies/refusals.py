"""What is refused of deputies, and why, in two languages."""

from datetime import date
from uuid import UUID

from libs.errors import ConflictError, RuleError


class DeputyUnfitError(RuleError):
    """A deputy is somebody else who is active and holds the same role in the same district."""

    deputy_id: UUID


class NoDeputyForRoleError(RuleError):
    """Coordinators, checkers and district administrators have deputies; a role that is lent has none."""

    role: str


class AbsenceOutOfRangeError(RuleError):
    """An absence begins today or later, within a year, and lasts as many days as are allowed."""

    days_max: int


class AlreadyAwayError(ConflictError):
    """Somebody stands in for this role on some of these days already, or was asked to."""

    begins_on: date
    ends_on: date


class DeputyAwayError(ConflictError):
    """Who is away on some of these days does not stand in for others, and who stands in is not away."""

    person_id: UUID


class AbsenceEndedError(ConflictError):
    """It is over already."""
