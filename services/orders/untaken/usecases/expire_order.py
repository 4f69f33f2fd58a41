"""Ask the recipient of what nobody takes what now, and close what too few took."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import Cause
from libs.programme.policy import Policy
from services.orders.core.messages import order_taken, tell
from services.orders.core.rules.deadlines import waits_at_most_until
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.offers import NO_OFFERS
from services.orders.core.rules.order import Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import catalogue_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import say_to_volunteers, say_who_comes, want_notice
from services.orders.core.usecases.order_changes import lock_order_due, policy_of_order, save_change
from services.orders.untaken import rules
from services.orders.untaken.messages import order_expired


def ask_what_now(connection: Connection, deadline: Deadline) -> None:
    """Ask the recipient, and a relative who asked for them, once, before the order expires: what is to be done?

    Who is not reached by any message, or says nothing, stands on the desk's list.
    """
    order = lock_order_due(connection, deadline, State.PUBLISHED)
    if order is None or _goes_with_fewer(connection, policy_of_order(connection, order, deadline.at), order):
        return
    publication = replace(order.publication, asked_at=deadline.at)
    asked = replace(order.moved(Verb.ASK_WHAT_NOW), publication=publication)
    for person_id in (order.recipient_id, *_relatives_who_asked(connection, deadline, order)):
        want_notice(connection, deadline, asked, person_id, Purpose.WHAT_NOW, until=order.terms.start_at)
    save_change(connection, order, asked, Step(Verb.ASK_WHAT_NOW, deadline.at))


def _relatives_who_asked(connection: Connection, deadline: Deadline, order: Order) -> tuple[UUID, ...]:
    placed_by = order.placement.by
    seen = people_store.seen_by(connection, placed_by, local_date(deadline.at))
    return (placed_by,) if order.recipient_id in seen else ()


def expire_order(connection: Connection, deadline: Deadline) -> None:
    """Close an order that too few took in time, and release what was set aside; or let it go with those who took it.

    Where the rules say so, whoever was asked what now and said nothing waits until the start.
    """
    order = lock_order_due(connection, deadline, State.PUBLISHED)
    if order is None:
        return
    policy = policy_of_order(connection, order, deadline.at)
    if _goes_with_fewer(connection, policy, order):
        gone = replace(order.moved(Verb.GO_WITH_FEWER), offers=NO_OFFERS)
        tell(connection, deadline, order_taken(gone))
        say_who_comes(connection, deadline, gone)
        save_change(connection, order, gone, Step(Verb.GO_WITH_FEWER, deadline.at))
    elif rules.waits_by_itself(policy, order, now=deadline.at):
        latest = waits_at_most_until(policy, start_at=order.terms.start_at, persons=order.terms.persons)
        waiting = replace(order.moved(Verb.WAIT), publication=replace(order.publication, wait_until=latest))
        save_change(connection, order, waiting, Step(Verb.WAIT, deadline.at))
    else:
        recipient_id, until = order.recipient_id, order.terms.end_at
        want_notice(connection, deadline, order, recipient_id, Purpose.VISIT_UNTAKEN, until=until)
        close_untaken(connection, deadline, order, Step(Verb.EXPIRE, deadline.at))


def close_untaken(connection: Connection, cause: Cause, order: Order, step: Step) -> Order:
    """Close an order that nobody is waited for any more; redemption says where it is referred to."""
    expired = order.moved(step.verb)
    tell(connection, cause, order_expired(expired))
    say_to_volunteers(connection, cause, expired, Purpose.VISIT_CANCELLED, until=order.terms.end_at)
    return save_change(connection, order, expired, step)


def _goes_with_fewer(connection: Connection, policy: Policy, order: Order) -> bool:
    """Tell whether the rules let it be given by those who took it: as many as the service needs at least."""
    terms = order.terms
    service = catalogue_store.service_version(connection, terms.service_code, terms.catalogue_version)
    return policy.order.goes_with_fewer and len(order.assignments) >= service.persons
