"""Hours approved, settled and reversed: what was served, what was paid, what was used of a month."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.inbox import NotYetKnownError
from libs.outbox import append
from services.redemption import messages
from services.redemption.domain.redemption import State
from services.redemption.store import entitlement_store, known_store as known, redemption_store as store

RECORDED_SETTLEMENT = 0


def record_hours_served(
    connection: Connection, *, order_id: UUID, settlement: int, hours: Sequence[tuple[UUID, int]]
) -> None:
    """Count minutes that volunteers served; paid work is not volunteering and never comes here."""
    known.save_service(connection, order_id=order_id, settlement=settlement, hours=hours)


def use_purchased_minutes(
    connection: Connection, *, order_id: UUID, planned_minutes: int, actual_minutes: Sequence[int]
) -> None:
    """Take what was worked from the month, the longest of several workers, never more than was planned."""
    use = entitlement_store.lock_use(connection, order_id)
    if use is None:
        raise NotYetKnownError(subject=str(order_id))
    used = min(planned_minutes, max(actual_minutes, default=0))
    entitlement_store.save_use(connection, dataclasses.replace(use, held_minutes=0, used_minutes=used))


def record_settled(
    connection: Connection, *, redemption_id: UUID, settlement: int, paid_minutes: int, now: datetime
) -> None:
    """Fulfil the redemption: its hours are approved and its hold captured."""
    redemption = store.lock_redemption(connection, redemption_id)
    if redemption is None:
        raise NotYetKnownError(subject=str(redemption_id))
    store.save_capture(connection, redemption_id=redemption_id, settlement=settlement, paid_minutes=paid_minutes)
    if redemption.state is State.HELD:
        fulfilled = redemption.fulfil(now)
        store.save_redemption(connection, fulfilled)
        append(connection, messages.redemption_fulfilled(fulfilled, paid_minutes=paid_minutes, now=now))


def reverse_hours(connection: Connection, *, order_id: UUID, settlement: int, funding: str) -> None:
    """Undo what a settlement counted: minutes served, credit captured, purchased minutes used."""
    known.reverse_service(connection, order_id=order_id, settlement=settlement)
    if funding == messages.CREDIT:
        store.reverse_capture(connection, redemption_id=order_id, settlement=settlement)
    if funding == messages.PURCHASED:
        use = entitlement_store.lock_use(connection, order_id)
        if use is not None:
            entitlement_store.save_use(connection, dataclasses.replace(use, held_minutes=0, used_minutes=0))
