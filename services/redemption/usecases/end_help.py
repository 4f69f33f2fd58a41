"""Help ended before it was paid: cancelled, expired, not published, hours rejected, or somebody did not come."""

import dataclasses
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.outbox import append
from services.redemption import messages
from services.redemption.domain.redemption import Hold
from services.redemption.store import entitlement_store, redemption_store as store


def end_credit_help(
    connection: Connection, redemption_id: UUID, *, why: str, declined_code: str | None, now: datetime
) -> None:
    """Give the credit back: at once, by release, or as soon as the ledger has answered.

    An order that was declined before anything was held leaves its redemption declined with the same code.
    """
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None or redemption.is_over:
        return
    if redemption.hold is Hold.PLACED:
        ended = redemption.ask_for_release(why)
        append(connection, messages.release_requested(ended, now))
    elif redemption.hold is Hold.ASKED:
        ended = redemption.end_later(why)
    elif redemption.hold is Hold.NONE and declined_code:
        ended = redemption.decline(declined_code, now)
    elif redemption.hold is Hold.NONE:
        ended = redemption.cancel(why, now)
        append(connection, messages.redemption_cancelled(ended, now))
    else:
        return
    store.save_redemption(connection, ended)


def end_purchased_help(connection: Connection, order_id: UUID) -> None:
    """Free the minutes that an order held of a month."""
    use = entitlement_store.lock_use(connection, order_id)
    if use is not None:
        entitlement_store.save_use(connection, dataclasses.replace(use, held_minutes=0))
