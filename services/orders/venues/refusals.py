"""What is refused of venues."""

from __future__ import annotations

from libs.errors import ConflictError, NotFoundError, RuleError


class VenueNotFoundError(NotFoundError):
    """There is no such venue."""


class VenueClosedError(ConflictError):
    """The venue is closed."""


class CountNotFoundError(NotFoundError):
    """There is no such count of this place."""


class AlreadyCountedError(ConflictError):
    """This day of the place is counted already; what was wrong is corrected."""


class CountCorrectedError(ConflictError):
    """This count was corrected already; the newest one is corrected."""


class CountDayError(RuleError):
    """Only a day that has come, on which the place was open, is counted."""


class CountMonthOverError(RuleError):
    """The month of this day is over, and so are its figures."""


class CountExceedsVenueError(RuleError):
    """More than so many do not come to this place in a day."""

    most: int
