"""What is refused of the duty roster and of urgent calls."""

from __future__ import annotations

from libs.errors import ConflictError, RuleError


class DutyOutOfRangeError(RuleError):
    """A time on duty ends after it begins and after now, and lasts 31 days at most."""

    days_max: int


class NotForDutyError(RuleError):
    """Only who gives help or holds an office is put on duty: they are told who needs help, and where."""


class CallAnsweredError(ConflictError):
    """Somebody else has answered this call already."""


class CallEndedError(ConflictError):
    """This call is over."""
