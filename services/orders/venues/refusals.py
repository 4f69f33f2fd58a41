"""What is refused of venues."""

from __future__ import annotations

from libs.errors import ConflictError, NotFoundError


class VenueNotFoundError(NotFoundError):
    """There is no such venue."""


class VenueClosedError(ConflictError):
    """The venue is closed."""
