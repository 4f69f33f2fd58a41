"""What numbers refuses, and why, in two languages."""

from libs.errors import ConflictError, ForbiddenError


class TooManyChangesError(ConflictError):
    """The number was changed too often today."""


class CodeWrongError(ForbiddenError):
    """The code is wrong or no longer valid."""
