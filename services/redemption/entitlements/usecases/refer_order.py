"""Say where to turn when nobody took an order."""

from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import EventContext
from libs.inbox import NotYetKnownError
from libs.programme.policy.store import policy_on
from services.redemption.core.messages import tell
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.store import placed_orders
from services.redemption.entitlements import store
from services.redemption.entitlements.messages import FallbackReferred


def refer_order(connection: Connection, context: EventContext, order_id: UUID) -> None:
    """Refer to purchased service where it may be purchased and this month's minutes cover it, else to the market.

    What nobody receives is referred to nobody: a coordinator planned it, and sees that it found no taker.
    """
    order = placed_orders.find_placed_order(connection, order_id)
    if order is None:
        raise NotYetKnownError(subject=str(order_id))
    if order.recipient_id is None:
        return
    policy = policy_on(connection, order.district_id, local_date(context.now))
    entitled = store.find_month(connection, person_id=order.recipient_id, month=month_of(context.now))
    is_covered = entitled.minutes is not None and entitled.available_minutes >= order.planned_minutes
    may_be_purchased = order.service_code in policy.purchase.services
    fallback = "purchased" if may_be_purchased and is_covered else "market"
    placed_orders.save_fallback(connection, order_id, fallback)
    tell(connection, context, FallbackReferred(order_id, order.district_id, order.recipient_id, fallback))
