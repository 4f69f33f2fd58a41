"""Take the ledger's answers about a hold."""

from uuid import UUID

from libs.db import Connection
from libs.events import EventContext
from libs.inbox import NotYetKnownError
from services.redemption.core.messages import RedemptionAuthorised, RedemptionDeclined, tell
from services.redemption.core.rules.policy import CREDIT
from services.redemption.funding import messages
from services.redemption.requests import store
from services.redemption.requests.rules.redemption import Hold, Redemption


def record_hold_placed(connection: Connection, context: EventContext, redemption_id: UUID) -> None:
    """Authorise the order; if the help ended meanwhile, ask for the release at once."""
    redemption = _asked(connection, redemption_id)
    if redemption is None:
        return
    held = redemption.hold_placed(context.now)
    if redemption.end_why is not None:
        held = held.ask_for_release(redemption.end_why)
        tell(connection, context, messages.release_requested(held))
    else:
        authorised = RedemptionAuthorised(redemption_id, redemption.district_id, CREDIT, redemption.terms.price_minutes)
        tell(connection, context, authorised)
    store.save_redemption(connection, held)


def record_hold_refused(connection: Connection, context: EventContext, redemption_id: UUID, *, code: str) -> None:
    """Decline the redemption with the ledger's code."""
    redemption = _asked(connection, redemption_id)
    if redemption is None:
        return
    store.save_redemption(connection, redemption.decline(code, context.now))
    tell(connection, context, RedemptionDeclined(redemption_id, redemption.district_id, CREDIT, code))


def _asked(connection: Connection, redemption_id: UUID) -> Redemption | None:
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None:
        raise NotYetKnownError(subject=str(redemption_id))
    return redemption if redemption.hold is Hold.ASKED else None


def record_hold_released(connection: Connection, context: EventContext, redemption_id: UUID) -> None:
    """Cancel the redemption whose release was asked for; what a capture leaves over changes nothing."""
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None or redemption.hold is not Hold.RELEASING:
        return
    cancelled = redemption.cancel(redemption.end_why or "released", context.now)
    store.save_redemption(connection, cancelled)
    tell(connection, context, messages.redemption_cancelled(cancelled))
