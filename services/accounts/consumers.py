"""What accounts hears from the others."""

from libs.inbox import Consumers


def consumers() -> Consumers:
    """Return one function per event type heard; in this version accounts needs nothing that others tell."""
    return Consumers(topics=(), functions={})
