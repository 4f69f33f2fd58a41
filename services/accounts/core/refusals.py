"""What more than one feature refuses, and why, in two languages."""

from libs.errors import ConflictError, ForbiddenError, InvalidError, RuleError


class PersonNotBelowError(ForbiddenError):
    """This person holds a role that is not below the caller's own in the same branch."""


class PhoneNumberTakenError(ConflictError):
    """Another person signs in with this phone number."""


class WrongPersonStateError(ConflictError):
    """The person's present status does not allow this."""


class DecisionWaitsError(ConflictError):
    """This is under way already and waits to be decided."""


class RoleConflictError(RuleError):
    """An auditor may hold no other staff role.

    An auditor holds no other staff role, so that whoever looks has never signed.
    """


class RoleUnitMismatchError(RuleError):
    """This role is not held at a unit of this level."""


class RoleMissingError(RuleError):
    """The person does not have the role this is about."""


class UnitLevelWrongError(RuleError):
    """A unit of this level does not belong under this parent."""


class DistrictNeededError(RuleError):
    """A programme policy belongs to a district."""


class DateImpossibleError(RuleError):
    """This date cannot be."""


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
