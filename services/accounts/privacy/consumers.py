"""What privacy hears of the others: orders that let two people know of each other."""

from uuid import UUID

from libs.db import Connection
from libs.inbox import EventFunction, IncomingEvent
from services.accounts.core.store.store import StoreOn
from services.accounts.privacy.messages import order_id_of, taken_order
from services.accounts.privacy.usecases import end_disclosure, open_disclosure


def open_on_taking(store_on: StoreOn) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        taken = taken_order(event)
        open_disclosure(
            store_on(connection),
            order_id=taken.order_id,
            recipient_id=taken.recipient_id,
            volunteer_ids=taken.volunteer_ids,
            ends_at=taken.ends_at,
        )

    return hear


def end_with_order(store_on: StoreOn) -> EventFunction:
    def hear(connection: Connection, event: IncomingEvent) -> None:
        end_disclosure(store_on(connection), order_id=UUID(order_id_of(event)))

    return hear
