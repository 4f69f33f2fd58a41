"""What is refused of disputes and reversals, in two languages."""

from __future__ import annotations

from libs.errors import ConflictError, RuleError


class AlreadyReversedError(ConflictError):
    """A settlement is reversed once."""

    code = "already_reversed"
    zh = "已经冲正过"
    en = "It was reversed before"


class DisputeWindowClosedError(RuleError):
    """Later than the policy allows."""

    code = "dispute_window_closed"
    zh = "已超过提出争议的期限"
    en = "The time to dispute is over"
