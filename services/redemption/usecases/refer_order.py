"""Say where to turn when nobody took an order."""

from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.inbox import NotYetKnownError
from libs.outbox import append
from libs.programme.policy.store import policy_on
from services.redemption import messages
from services.redemption.domain.calendar import month_of
from services.redemption.store import entitlement_store as store


def refer_order(connection: Connection, order_id: UUID, *, now: datetime) -> None:
    """Refer to purchased service where it may be purchased and this month's minutes cover it, else to the market."""
    order = store.find_placed_order(connection, order_id)
    if order is None:
        raise NotYetKnownError(subject=str(order_id))
    policy = policy_on(connection, order.district_id, local_date(now))
    entitled = store.find_month(connection, person_id=order.recipient_id, month=month_of(now))
    is_covered = entitled.minutes is not None and entitled.available_minutes >= order.planned_minutes
    may_be_purchased = order.service_code in policy.purchase.services
    fallback = "purchased" if may_be_purchased and is_covered else "market"
    store.save_fallback(connection, order_id, fallback)
    referred = messages.fallback_referred(
        order_id=order_id, district_id=order.district_id, recipient_id=order.recipient_id, fallback=fallback, now=now
    )
    append(connection, referred)
