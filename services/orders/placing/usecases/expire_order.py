"""Close what too few took."""

from __future__ import annotations

from dataclasses import replace

from libs.db import Connection
from libs.programme.policy import Policy
from services.orders.core.messages import order_taken, tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.offers import NO_OFFERS
from services.orders.core.rules.order import Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import catalogue_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import say_to_volunteers, say_who_comes, want_notice
from services.orders.core.usecases.order_changes import lock_order_due, policy_of_order, save_change
from services.orders.placing.messages import OrderExpired


def expire_order(connection: Connection, deadline: Deadline) -> None:
    """Close an order that too few took in time, and release what was set aside; or let it go with those who took it."""
    order = lock_order_due(connection, deadline, State.PUBLISHED)
    if order is None:
        return
    if _goes_with_fewer(connection, policy_of_order(connection, order, deadline.at), order):
        gone = replace(order.moved(Verb.GO_WITH_FEWER), offers=NO_OFFERS)
        tell(connection, deadline, order_taken(gone))
        say_who_comes(connection, deadline, gone)
        save_change(connection, order, gone, Step(Verb.GO_WITH_FEWER, deadline.at))
        return
    expired = order.moved(Verb.EXPIRE)
    tell(connection, deadline, OrderExpired(order.order_id, order.district_id, order.funding))
    want_notice(connection, deadline, expired, order.recipient_id, Purpose.VISIT_UNTAKEN, until=order.terms.end_at)
    say_to_volunteers(connection, deadline, expired, Purpose.VISIT_CANCELLED, until=order.terms.end_at)
    save_change(connection, order, expired, Step(Verb.EXPIRE, deadline.at))


def _goes_with_fewer(connection: Connection, policy: Policy, order: Order) -> bool:
    """Tell whether the rules let it be given by those who took it: as many as the service needs at least."""
    terms = order.terms
    service = catalogue_store.service_version(connection, terms.service_code, terms.catalogue_version)
    return policy.order.goes_with_fewer and len(order.assignments) >= service.persons
