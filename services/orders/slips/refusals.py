"""What is refused of slips and late entries."""

from __future__ import annotations

from libs.errors import RuleError


class ServedInFutureError(RuleError):
    """This service is not over yet."""


class SlipMissingError(RuleError):
    """There is no scanned slip."""


class SlipNotIssuedError(RuleError):
    """This slip number was never issued to this unit."""

    slip_number: int


class SlipAlreadyUsedError(RuleError):
    """This slip was entered before."""

    slip_number: int


class SlipAlreadyIssuedError(RuleError):
    """Some of these numbers were issued before."""


class LateEntryTooOldError(RuleError):
    """Served longer ago than the policy allows."""

    max_age_days: int
