"""Events written in the transaction of the change, and relayed to the broker in the order of their commits."""

from libs.outbox.outbox import OutgoingEvent, append
from libs.outbox.relay import Relay, unpublished
from libs.outbox.source import OutboxSource, Source, StoredEvent, Stream
from libs.outbox.tables import create_outbox, create_outbox_epoch, create_relay_tables

__all__ = [
    "OutboxSource",
    "OutgoingEvent",
    "Relay",
    "Source",
    "StoredEvent",
    "Stream",
    "append",
    "create_outbox",
    "create_outbox_epoch",
    "create_relay_tables",
    "unpublished",
]
