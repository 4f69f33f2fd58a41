"""Take the ledger's answers about a hold."""

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.inbox import NotYetKnownError
from libs.outbox import append
from services.redemption import messages
from services.redemption.domain.redemption import Hold, Redemption
from services.redemption.store import redemption_store as store


def record_hold_placed(connection: Connection, redemption_id: UUID, *, now: datetime) -> None:
    """Authorise the order; if the help ended meanwhile, ask for the release at once."""
    redemption = _asked(connection, redemption_id)
    if redemption is None:
        return
    held = redemption.hold_placed(now)
    if redemption.end_why is not None:
        held = held.ask_for_release(redemption.end_why)
        append(connection, messages.release_requested(held, now))
    else:
        authorised = messages.redemption_authorised(
            redemption_id=redemption_id,
            district_id=redemption.district_id,
            funding=messages.CREDIT,
            held_minutes=redemption.price_minutes,
            now=now,
        )
        append(connection, authorised)
    store.save_redemption(connection, held)


def record_hold_refused(connection: Connection, redemption_id: UUID, *, code: str, now: datetime) -> None:
    """Decline the redemption with the ledger's code."""
    redemption = _asked(connection, redemption_id)
    if redemption is None:
        return
    declined = redemption.decline(code, now)
    store.save_redemption(connection, declined)
    message = messages.redemption_declined(
        redemption_id=redemption_id,
        district_id=redemption.district_id,
        funding=messages.CREDIT,
        code=code,
        now=now,
    )
    append(connection, message)


def _asked(connection: Connection, redemption_id: UUID) -> Redemption | None:
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None:
        raise NotYetKnownError(subject=str(redemption_id))
    return redemption if redemption.hold is Hold.ASKED else None


def record_hold_released(connection: Connection, redemption_id: UUID, *, now: datetime) -> None:
    """Cancel the redemption whose release was asked for; what a capture leaves over changes nothing."""
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None or redemption.hold is not Hold.RELEASING:
        return
    cancelled = redemption.cancel(redemption.end_why or "released", now)
    store.save_redemption(connection, cancelled)
    append(connection, messages.redemption_cancelled(cancelled, now))
