"""What is refused of a word against a volunteer, and for its sake."""

from __future__ import annotations

from libs.errors import RuleError


class NotOpenToVolunteerError(RuleError):
    """The visit is not open to this volunteer."""


class NotWantedTooManyError(RuleError):
    """One person says this of no more volunteers."""

    not_wanted_max: int
