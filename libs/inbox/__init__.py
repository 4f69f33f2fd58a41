"""Events heard: effects and positions move in one transaction, duplicates do nothing, bad ones are set aside."""

from libs.inbox.events import (
    Consumers,
    EventFunction,
    IncomingEvent,
    NotYetKnownError,
    effect_id,
)
from libs.inbox.tables import create_inbox

__all__ = [
    "Consumers",
    "EventFunction",
    "IncomingEvent",
    "NotYetKnownError",
    "create_inbox",
    "effect_id",
]
