"""Let the two sides of a taken order see each other's name and where to go, for as long as it lasts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from services.accounts.core.store.store import Store
from services.accounts.privacy.store import DisclosureStore

OPEN_AFTER_END = timedelta(hours=24)


def open_disclosure(
    store: Store, *, order_id: UUID, recipient_id: UUID, volunteer_ids: Iterable[UUID], ends_at: datetime
) -> None:
    """Begin when the order is taken; it ends with the order, and a day after its planned end at the latest."""
    for volunteer_id in sorted(volunteer_ids):
        DisclosureStore(store.connection).open(
            order_id=order_id,
            volunteer_id=volunteer_id,
            recipient_id=recipient_id,
            until=ends_at + OPEN_AFTER_END,
        )


def end_disclosure(store: Store, *, order_id: UUID) -> None:
    """End it: the order was settled, cancelled, given back, or came to nothing."""
    DisclosureStore(store.connection).end(order_id)
