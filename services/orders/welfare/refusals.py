"""What is refused of a welfare check."""

from __future__ import annotations

from libs.errors import ConflictError, RuleError


class StepPassedError(ConflictError):
    """The check is at another step by now."""


class StepTakenError(ConflictError):
    """Somebody else has taken this step already."""


class CheckEndedError(ConflictError):
    """This welfare check is over."""


class EndingRequiredError(RuleError):
    """Say how the welfare check ended."""
