"""What more than one feature refuses, and why, in two languages."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from libs.errors import ConflictError, ForbiddenError, InvalidError, RuleError


class PersonNotBelowError(ForbiddenError):
    """This person holds a role that is not below the caller's own in the same branch."""


class PhoneNumberTakenError(ConflictError):
    """Another person signs in with this phone number."""


class WrongPersonStateError(ConflictError):
    """The person's present status does not allow this."""

    state: str
    person_id: UUID | None = None


class DecisionWaitsError(ConflictError):
    """This is under way already and waits to be decided."""

    person_id: UUID


class RoleConflictError(RuleError):
    """An auditor may hold no other staff role.

    An auditor holds no other staff role, so that whoever looks has never signed.
    """

    role: str
    held: Sequence[str]


class RoleUnitMismatchError(RuleError):
    """This role is not held at a unit of this level."""

    role: str
    level: str


class RoleMissingError(RuleError):
    """The person does not have the role this is about."""

    role: str


class UnitLevelWrongError(RuleError):
    """A unit of this level does not belong under this parent."""

    level: str
    parent_level: str | None


class DistrictNeededError(RuleError):
    """A programme policy belongs to a district."""

    unit_id: UUID


class DateImpossibleError(RuleError):
    """This date cannot be."""

    died: date | None = None
    born: date | None = None


class IdNumberInvalidError(InvalidError):
    """The identity number is not valid."""


class PhoneNumberInvalidError(InvalidError):
    """The phone number is not valid."""


class SignInNameInvalidError(InvalidError):
    """A sign-in name has no hidden characters, mixes no alphabets, and is no number but one's own."""


class TwoAdministratorsNeededError(RuleError):
    """A city is founded with two administrators: two people, two sign-in names, two passwords."""


class PasswordTooWeakError(InvalidError):
    """A password has 8 to 128 characters."""


class NameForbiddenError(RuleError):
    """A public name may not contain 银行."""

    parameter: str | None = None
