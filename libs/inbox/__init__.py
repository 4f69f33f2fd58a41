"""Events heard: effects and positions move in one transaction, duplicates do nothing, bad ones are set aside."""

from libs.inbox.consumer import Consumer, has_caught_up
from libs.inbox.events import Consumers, EventFunction, IncomingEvent, NotYetKnownError, effect_id
from libs.inbox.positions import StreamKey, missing_events
from libs.inbox.tables import add_inbox_epochs, create_inbox

__all__ = [
    "Consumer",
    "Consumers",
    "EventFunction",
    "IncomingEvent",
    "NotYetKnownError",
    "StreamKey",
    "add_inbox_epochs",
    "create_inbox",
    "effect_id",
    "has_caught_up",
    "missing_events",
]
