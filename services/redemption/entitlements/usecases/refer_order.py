"""Say where to turn when nobody took an order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import EventContext
from libs.ids import id_from_cause
from libs.inbox import NotYetKnownError
from libs.programme.policy.store import policy_on
from libs.programme.words import Fallback
from services.redemption.core.messages import tell
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.policy import PURCHASED
from services.redemption.core.store import placed_orders
from services.redemption.entitlements import store
from services.redemption.entitlements.messages import FallbackReferred


@dataclass(frozen=True)
class OrderExpired:
    """An order that nobody took; an earlier release did not tell its start."""

    order_id: UUID
    funding: str
    start_at: datetime | None


def refer_order(connection: Connection, context: EventContext, expired: OrderExpired) -> None:
    """Refer to purchased service where it may be purchased and the minutes of its month cover it, else to the market.

    The minutes are held at once, for the order that is opened instead. What was to be purchased goes to the market, and
    so does what begins by now. What nobody receives is referred to nobody: a coordinator planned it, and sees it.
    """
    order_id = expired.order_id
    order = placed_orders.find_placed_order(connection, order_id)
    if order is None:
        raise NotYetKnownError(subject=str(order_id))
    if order.recipient_id is None:
        return
    opened_id = _held(connection, context, expired, order, order.recipient_id)
    fallback = Fallback.PURCHASED if opened_id else Fallback.MARKET
    placed_orders.save_fallback(connection, order_id, fallback.value)
    referred = FallbackReferred(order_id, order.district_id, order.recipient_id, fallback.value, opened_id)
    tell(connection, context, referred)


def _held(
    connection: Connection,
    context: EventContext,
    expired: OrderExpired,
    order: placed_orders.PlacedOrder,
    recipient_id: UUID,
) -> UUID | None:
    """Hold the minutes of purchased help; return the id of its order, None where it is not to be had."""
    start_at = expired.start_at or context.now
    policy = policy_on(connection, order.district_id, local_date(context.now))
    is_late = expired.start_at is not None and start_at <= context.now
    if is_late or expired.funding == PURCHASED or order.service_code not in policy.purchase.services:
        return None
    month = month_of(start_at)
    entitled = store.lock_month(connection, person_id=recipient_id, month=month)
    if entitled.minutes is None or entitled.available_minutes < order.planned_minutes:
        return None
    opened_id = id_from_cause(order.order_id, PURCHASED)
    store.save_use(connection, store.Use(opened_id, recipient_id, month, order.planned_minutes, 0))
    return opened_id
