"""What estates refuse: one class per rule, with its stable code."""

from libs.errors import ConflictError, RuleError


class PersonNotDeceasedError(ConflictError):
    """No death is recorded for this person."""


class HeirNotEligibleError(RuleError):
    """Not a verified relative of the age the policy asks for."""
