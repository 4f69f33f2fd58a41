"""What is refused of activities."""

from __future__ import annotations

from libs.errors import ConflictError, NotFoundError, RuleError


class ActivityNotFoundError(NotFoundError):
    """There is no such activity."""


class ActivityOverError(ConflictError):
    """The activity is over, closed or cancelled."""


class ActivityFullError(ConflictError):
    """Every seat is taken, and nobody more can wait for one."""


class AlreadySignedUpError(ConflictError):
    """The volunteer has a seat already, or waits for one."""


class NotSignedUpError(ConflictError):
    """The volunteer neither has a seat nor waits for one."""


class SeatsExceedVenueError(RuleError):
    """The venue does not hold so many people."""

    capacity: int
