"""Say what is to be done about help that nobody has taken: wait, another time, or be referred."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.programme.acting_grants import GrantedAct
from libs.programme.catalogue import coefficient_at
from libs.programme.words import Funding
from services.orders.core.rules.catalogue import price_minutes
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.offers import NO_OFFERS
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, order_store, people_store
from services.orders.core.usecases.acting_for import refuse_unless_acting_for, require_acting_for
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.order_changes import await_funding, policy_of_order, publish_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.placing import rules as placing_rules
from services.orders.placing.usecases.place_order import refuse_over_budget
from services.orders.untaken import rules, store
from services.orders.untaken.usecases.expire_order import close_untaken

POWER = "place_order"
PAID_ELSEWHERE = (Funding.CREDIT, Funding.PURCHASED)
"""Whoever keeps these looks at another time too: a week's limit, a month's minutes."""


def wait_longer(connection: Connection, context: CommandContext, order_id: UUID, *, until: datetime | None) -> Order:
    """Wait for somebody until an instant, or until the start; then it is referred.

    Raises:
        ForbiddenError: neither the recipient, nor somebody who may act for them, nor a coordinator of the unit.
        WrongOrderStateError: somebody has taken it, or it is over.
        NotAskedYetError, WaitOutOfRangeError: as their names say.
    """
    order = _lock_asked(connection, context, order_id, Verb.WAIT)
    latest = rules.wait_until(policy_of_order(connection, order, context.now), order, until, now=context.now)
    waiting = replace(order.moved(Verb.WAIT), publication=replace(order.publication, wait_until=latest))
    return save_change(connection, order, waiting, context.step(Verb.WAIT))


def change_time(connection: Connection, context: CommandContext, order_id: UUID, *, start_at: datetime) -> Order:
    """Look for somebody at another time, by the rules of asking; what is set aside stays so, and all begins anew.

    Raises:
        ForbiddenError, WrongOrderStateError, NotAskedYetError: as `wait_longer`.
        RuleError: a rule of asking bars it, or the other time costs another price.
    """
    order = _lock_asked(connection, context, order_id, Verb.CHANGE_TIME)
    recipient = people_store.load_person(connection, order.recipient_id) if order.recipient_id else None
    assert recipient is not None, "only a recipient is asked"
    moved = replace(order, terms=replace(order.terms, start_at=start_at), offers=NO_OFFERS)
    _refuse_time(connection, context, order, moved, recipient)
    if order.funding in PAID_ELSEWHERE:
        opened = await_funding(connection, context, moved, Verb.CHANGE_TIME)
    else:
        opened = publish_order(connection, context, moved, Verb.CHANGE_TIME)
    return save_change(connection, order, opened, context.step(Verb.CHANGE_TIME))


def be_referred(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    """Wait for no volunteer any more: purchased help, or the market.

    Raises:
        ForbiddenError, WrongOrderStateError, NotAskedYetError: as `wait_longer`.
    """
    order = _lock_asked(connection, context, order_id, Verb.BE_REFERRED)
    return close_untaken(connection, context, order, context.step(Verb.BE_REFERRED))


def refuse_who_may_not_answer(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse whom the acts above would refuse before they read what is said; nothing is told.

    Raises:
        Refusal: as `wait_longer`.
    """
    recipient = _recipient(connection, context, order)
    if is_by_staff(context, order):
        require_power(connection, context, POWER, order.unit_id)
    else:
        refuse_unless_acting_for(connection, context, recipient, GrantedAct.ASK)
    rules.refuse_unless_asked(order)


def is_by_staff(context: CommandContext, order: Order) -> bool:
    """Tell whether somebody answers by their role, and not as the recipient or for them."""
    return context.acting_for is None and context.caller_id != order.recipient_id


def _lock_asked(connection: Connection, context: CommandContext, order_id: UUID, verb: Verb) -> Order:
    order = lock_with_facts(connection, context, order_id, power=POWER)
    recipient = _recipient(connection, context, order)
    if is_by_staff(context, order):
        require_power(connection, context, POWER, order.unit_id)
    else:
        require_acting_for(connection, context, recipient, GrantedAct.ASK, subject_id=order_id)
    refuse_unless_allowed(verb, order.state)
    rules.refuse_unless_asked(order)
    return order


def _recipient(connection: Connection, context: CommandContext, order: Order) -> Person:
    if order.recipient_id is None or context.caller_id in order.volunteer_ids:
        raise ForbiddenError
    return people_store.load_person(connection, order.recipient_id)


def _refuse_time(
    connection: Connection, context: CommandContext, order: Order, moved: Order, recipient: Person
) -> None:
    """Apply the rules of asking to the other time."""
    placing_rules.refuse_inactive_recipient(recipient)
    placing_rules.refuse_past_start(start_at=moved.terms.start_at, now=context.now)
    policy = policy_of_order(connection, order, context.now)
    price = _price(connection, moved, context)
    rules.refuse_other_time(order, start_at=moved.terms.start_at, price_minutes=price)
    order_store.lock_person(connection, recipient.person_id)
    placing_rules.refuse_overlap(has_other=store.has_other_at(connection, order, moved.terms))
    if order.funding is Funding.PROGRAMME and _month(moved) != _month(order):
        refuse_over_budget(connection, moved, policy)


def _price(connection: Connection, moved: Order, context: CommandContext) -> int:
    """Return what it costs at its time, by the version of the service that was asked for."""
    terms, policy = moved.terms, policy_of_order(connection, moved, context.now)
    service = catalogue_store.service_version(connection, terms.service_code, terms.catalogue_version)
    coefficient = coefficient_at(policy, service, terms.start_at, times=service.tariff)
    return price_minutes(planned_minutes=terms.planned_minutes, coefficient_percent=coefficient, persons=terms.persons)


def _month(order: Order) -> tuple[int, int]:
    day = local_date(order.terms.start_at)
    return day.year, day.month
