"""What persons refuses, and why, in two languages."""

from uuid import UUID

from libs.errors import ConflictError, InvalidError, NotFoundError, RuleError


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


class PictureUnreadableError(InvalidError):
    """The picture cannot be read: a photograph is sent as JPEG or PNG."""


class PictureTooLargeError(RuleError):
    """The picture has too many pixels."""

    pixels_max: int


class PhotoNotFoundError(NotFoundError):
    """There is no photograph of this person that you may see."""

    person_id: UUID
