"""What is refused of disputes and reversals."""

from __future__ import annotations

from libs.errors import RuleError


class DisputeWindowClosedError(RuleError):
    """The time to dispute is over."""

    closed_at: str
