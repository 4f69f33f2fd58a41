"""What is refused of scans."""

from __future__ import annotations

from libs.errors import InvalidError, NotFoundError, RuleError


class ScanNotFoundError(NotFoundError):
    """There is no such scan.

    Or it is not the caller's to see.
    """


class ScanUnreadableError(InvalidError):
    """The file is no PNG, JPEG or PDF, or not all of it came."""


class ScanTooLargeError(InvalidError):
    """The file is too large."""

    max_bytes: int


class ScanNotYoursError(RuleError):
    """The slip's scan is not there, or somebody else uploaded it."""


class ScanDeletedError(NotFoundError):
    """The picture was deleted when its time was over; its hash is kept."""


class TooManyScansError(RuleError):
    """No more scans may be added here."""

    most: int
