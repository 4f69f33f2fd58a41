"""What persons refuses, and why, in two languages."""

from libs.errors import ConflictError


class TwoPeopleNeededError(ConflictError):
    """The number that opens a member of staff's account is changed by two people: propose it."""

    propose_at: str


class PersonExistsError(ConflictError):
    """The same identity number is already registered."""


class SignInNameTakenError(ConflictError):
    """Another person has this sign-in name."""


class ChangedMeanwhileError(ConflictError):
    """It was changed since it was looked at."""

    version: int | None = None
