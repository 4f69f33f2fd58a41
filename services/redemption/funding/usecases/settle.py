"""Hours settled and reversed: what was paid."""

from uuid import UUID

from libs.db import Connection
from libs.events import EventContext
from libs.inbox import NotYetKnownError
from services.redemption.core.messages import tell
from services.redemption.funding import messages
from services.redemption.requests import store
from services.redemption.requests.rules.redemption import State


def record_settled(
    connection: Connection, context: EventContext, redemption_id: UUID, *, settlement: int, paid_minutes: int
) -> None:
    """Fulfil the redemption: its hours are approved and its hold captured."""
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None:
        raise NotYetKnownError(subject=str(redemption_id))
    store.save_capture(connection, redemption_id=redemption_id, settlement=settlement, paid_minutes=paid_minutes)
    if redemption.state is State.HELD:
        fulfilled = redemption.fulfil(context.now)
        store.save_redemption(connection, fulfilled)
        tell(connection, context, messages.redemption_fulfilled(fulfilled, paid_minutes=paid_minutes))


def reverse_settled(connection: Connection, redemption_id: UUID, *, settlement: int) -> None:
    """Undo what a settlement captured."""
    store.reverse_capture(connection, redemption_id=redemption_id, settlement=settlement)
