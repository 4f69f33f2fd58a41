"""What is refused of stopping a volunteer."""

from __future__ import annotations

from libs.errors import ConflictError, RuleError


class StoppedLatelyError(RuleError):
    """Whoever stopped a volunteer does not stop them again so soon: what lasts longer is a suspension, by others."""

    stopped_at: str


class StopEndedError(ConflictError):
    """The stop is over, or was lifted."""


class NoVolunteerError(RuleError):
    """The person gives no help."""
