"""Events written in the transaction of the change, and relayed to the broker in the order of their commits."""

from libs.outbox.outbox import OutgoingEvent, append
from libs.outbox.tables import create_outbox

__all__ = ["OutgoingEvent", "append", "create_outbox"]
