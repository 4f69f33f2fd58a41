"""What is refused when help is asked for."""

from __future__ import annotations

from libs.errors import RuleError


class StartPassedError(RuleError):
    """The start is in the past."""


class NotEligibleForPoolError(RuleError):
    """The pool serves listed hardship groups only."""


class ProgrammeBudgetExhaustedError(RuleError):
    """The month's programme budget does not cover it, or is not set."""

    budget_minutes: int | None
    counted_minutes: int
