"""Help ended before it was paid: cancelled, expired, not published, hours rejected, or somebody did not come."""

from uuid import UUID

from libs.db import Connection
from libs.events import EventContext
from services.redemption.core.messages import tell
from services.redemption.funding import messages
from services.redemption.requests import store
from services.redemption.requests.rules.redemption import Hold


def end_credit_help(
    connection: Connection, context: EventContext, redemption_id: UUID, *, why: str, declined_code: str | None = None
) -> None:
    """Give the credit back: at once, by release, or as soon as the ledger has answered.

    An order that was declined before anything was held leaves its redemption declined with the same code.
    """
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None or redemption.is_over:
        return
    if redemption.hold is Hold.PLACED:
        ended = redemption.ask_for_release(why)
        tell(connection, context, messages.release_requested(ended))
    elif redemption.hold is Hold.ASKED:
        ended = redemption.end_later(why)
    elif redemption.hold is Hold.NONE and declined_code:
        ended = redemption.decline(declined_code, context.now)
    elif redemption.hold is Hold.NONE:
        ended = redemption.cancel(why, context.now)
        tell(connection, context, messages.redemption_cancelled(ended))
    else:
        return
    store.save_redemption(connection, ended)
