"""What is refused of a series."""

from __future__ import annotations

from libs.errors import ConflictError, NotFoundError, RuleError


class SeriesNotFoundError(NotFoundError):
    """There is no such series."""


class SeriesEndedError(ConflictError):
    """This series has ended."""


class SeriesApprovedError(ConflictError):
    """This series is approved already."""


class SeriesDayError(RuleError):
    """A series begins today or later, and ends within two years; one day of it must be one of its days."""


class SeriesExceededError(RuleError):
    """Somebody has as many series already as anybody may have at a time."""

    most: int


class SeriesOfOwnError(RuleError):
    """A series is approved by somebody else than who asked for it or receives it, and not by their family."""
