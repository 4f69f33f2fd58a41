"""What is refused of incidents."""

from __future__ import annotations

from libs.errors import RuleError


class IncidentsExceededError(RuleError):
    """Too many emergencies within an hour: please call 120 or the community directly."""

    per_hour_max: int
