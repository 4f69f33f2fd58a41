"""What is refused of visits."""

from __future__ import annotations

from libs.errors import RuleError


class NotOnVisitListError(RuleError):
    """The person is not on the visit list."""


class VisitorUnfitError(RuleError):
    """Only an active volunteer of the person's district, and not the person, can be the visitor."""


class TooManyToVisitError(RuleError):
    """The volunteer visits as many people as one can."""

    people_max: int


class FindingsUnseenError(RuleError):
    """Whoever was not seen has no findings."""
