"""Help paid by purchased minutes: set aside, used as worked, given back."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import RuleError
from libs.events import EventContext
from libs.inbox import NotYetKnownError
from services.redemption.core.messages import RedemptionAuthorised, RedemptionDeclined, tell
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.policy import PURCHASED
from services.redemption.entitlements import store


@dataclass(frozen=True)
class FundingRequested:
    """What orders wants to have funded."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID
    funding: str
    planned_minutes: int
    start_at: datetime


def hold_purchased_minutes(connection: Connection, context: EventContext, order: FundingRequested) -> None:
    """Set the planned minutes aside in the month of the start, or decline with the code.

    They are held already where nobody took what was asked for first; of another month, where its time was changed.
    """
    month = month_of(order.start_at)
    entitled = store.lock_month(connection, person_id=order.recipient_id, month=month)
    held = store.lock_use(connection, order.order_id)
    try:
        if held is None or held.month != month or not held.held_minutes:
            entitled.refuse_unless_covers(order.planned_minutes)
    except RuleError as refusal:
        tell(connection, context, RedemptionDeclined(order.order_id, order.district_id, PURCHASED, refusal.code))
        return
    store.save_use(connection, store.Use(order.order_id, order.recipient_id, month, order.planned_minutes, 0))
    authorised = RedemptionAuthorised(order.order_id, order.district_id, PURCHASED, order.planned_minutes)
    tell(connection, context, authorised)


def end_purchased_help(connection: Connection, order_id: UUID) -> None:
    """Free the minutes that an order held of a month."""
    use = store.lock_use(connection, order_id)
    if use is not None:
        store.save_use(connection, dataclasses.replace(use, held_minutes=0))


def use_purchased_minutes(
    connection: Connection, *, order_id: UUID, planned_minutes: int, actual_minutes: Sequence[int]
) -> None:
    """Take what was worked from the month, the longest of several workers, never more than was planned."""
    use = store.lock_use(connection, order_id)
    if use is None:
        raise NotYetKnownError(subject=str(order_id))
    used = min(planned_minutes, max(actual_minutes, default=0))
    store.save_use(connection, dataclasses.replace(use, held_minutes=0, used_minutes=used))


def give_back_minutes(connection: Connection, order_id: UUID) -> None:
    """Undo what an order used of a month: its hours were reversed."""
    use = store.lock_use(connection, order_id)
    if use is not None:
        store.save_use(connection, dataclasses.replace(use, held_minutes=0, used_minutes=0))
