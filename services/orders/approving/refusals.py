"""What is refused of signatures."""

from __future__ import annotations

from collections.abc import Sequence

from libs.errors import RuleError


class SubmissionFlaggedError(RuleError):
    """Flagged submissions are approved one by one."""

    flags: Sequence[str]
