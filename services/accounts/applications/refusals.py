"""What applications refuses, and why, in two languages."""

from libs.errors import ConflictError, ForbiddenError, RuleError


class NumberNotProvedError(ForbiddenError):
    """Prove your telephone number again: that was too long ago."""


class ApplicationOpenError(ConflictError):
    """An application with this telephone number waits already."""


class ApplicationEndedError(ConflictError):
    """This application has ended."""

    state: str


class PrivacyTextOutdatedError(ConflictError):
    """The privacy text has changed; please read it again."""

    version: str


class ApplicantTooYoungError(RuleError):
    """Who is younger than this comes to the desk with a parent or guardian."""

    min_age: int


class StepsMissingError(ConflictError):
    """Something is missing before anybody can sign."""

    waits_for: str
