"""What accounts hears of others: whom to tell what."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.db import Connection
from libs.events import EventContext, hears
from services.accounts.notices import store
from services.accounts.notices.rules import Notice, Purpose, due_at


@dataclass(frozen=True)
class NoticeWanted:
    """Somebody is to be told something of an order."""

    notice_id: UUID
    person_id: UUID
    purpose: Purpose
    order_id: UUID
    start_at: datetime
    other_id: UUID | None
    useless_after: datetime | None


@hears(orders.NoticeWanted)
def ask_to_tell(connection: Connection, context: EventContext, wanted: NoticeWanted) -> None:
    """Keep what somebody is to be told, until it is time."""
    if wanted.purpose is Purpose.OFFER_LAPSED and store.drop_untold(connection, wanted.person_id, wanted.order_id):
        return  # Whoever was never told of the offer is not told that it is over.
    due = due_at(wanted.purpose, now=context.now, useless_after=wanted.useless_after)
    store.add_notice(
        connection,
        Notice(
            wanted.notice_id,
            wanted.person_id,
            wanted.purpose,
            wanted.order_id,
            wanted.start_at,
            wanted.other_id,
            wanted.useless_after,
            due,
        ),
    )
