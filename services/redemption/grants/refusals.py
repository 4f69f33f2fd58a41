"""What grants refuse: one class per rule, with its stable code."""

from libs.errors import RuleError


class GrantAmountUnsetError(RuleError):
    """The bureau has not entered the monthly amount."""
