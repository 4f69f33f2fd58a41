"""What is refused of objections."""

from __future__ import annotations

from libs.errors import ConflictError, RuleError


class NothingToObjectToError(RuleError):
    """There is no decision and no count of hours here that this side may object to."""


class ObjectionWindowClosedError(RuleError):
    """The time to object is over."""

    closed_at: str


class ObjectionOpenError(ConflictError):
    """Another objection to the same hours waits for its answer."""


class ObjectedBeforeError(ConflictError):
    """This side objected before, and it was answered: the answer is final."""
