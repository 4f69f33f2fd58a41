"""What gifts, donations and exchanges refuse: one class per rule, with its stable code."""

from libs.errors import RuleError


class GiftOutsideScopeError(RuleError):
    """The policy does not allow gifts to this relation."""

    kinship: str
