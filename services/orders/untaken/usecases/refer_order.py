"""What follows when redemption has said where an order goes that nobody took."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import Refusal
from libs.events import Cause
from libs.programme.catalogue import coefficient_at
from libs.programme.words import Fallback, Funding
from services.orders.core.messages import tell
from services.orders.core.rules.catalogue import price_minutes
from services.orders.core.rules.counting import Entry, Kind, Mark
from services.orders.core.rules.deadlines import REFERRAL, outcome_due_at
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Ending, Order, Placement, Terms
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, deadline_store, order_store, people_store
from services.orders.core.store.counted_store import write_entries
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.order_changes import (
    await_funding,
    deadlines_set,
    policy_of_order,
    replace_deadlines,
    save_change,
)
from services.orders.placing import messages as placing_messages, rules as placing_rules
from services.orders.placing.usecases.place_order import refuse_if_no_room
from services.orders.untaken import store
from services.orders.untaken.rules import Referral, ReferralState

MARKS = {Fallback.PURCHASED: Mark.PURCHASED, Fallback.MARKET: Mark.MARKET}


def refer_order(
    connection: Connection, context: Cause, order: Order, *, fallback: Fallback, purchased_order_id: UUID | None
) -> Order:
    """Open the purchased order whose minutes are held, or refer to the market, and wait for what comes of that.

    A purchased order that a rule bars by now is told as declined, so that its minutes are free; the market remains.
    """
    if order.state is not State.EXPIRED or order.ending.fallback:
        return order
    is_open = purchased_order_id is not None and _open_purchased(connection, context, order, purchased_order_id)
    goes_to = fallback if is_open or fallback is not Fallback.PURCHASED else Fallback.MARKET
    referred = replace(order.moved(Verb.REFER), ending=replace(order.ending, fallback=goes_to.value))
    saved = save_change(connection, order, referred, Step(Verb.REFER, context.now, why=goes_to.value))
    _add_referral(connection, context, saved, goes_to, purchased_order_id if is_open else None)
    return saved


def _add_referral(
    connection: Connection, context: Cause, order: Order, fallback: Fallback, purchased_order_id: UUID | None
) -> None:
    referral = Referral(
        order_id=order.order_id,
        district_id=order.district_id,
        unit_id=order.unit_id,
        fallback=fallback,
        state=ReferralState.ORDERED if purchased_order_id else ReferralState.OPEN,
        referred_at=context.now,
        purchased_order_id=purchased_order_id,
    )
    if referral.state is ReferralState.OPEN:
        comes_at = max(context.now, order.terms.start_at)
        due_at = outcome_due_at(policy_of_order(connection, order, context.now), comes_at=comes_at)
        referral = replace(referral, due_at=due_at)
        deadline_store.add_deadline(connection, Deadline(order.order_id, REFERRAL, due_at))
    store.add_referral(connection, referral)
    counted = Entry(
        Kind.REFERRED, context.now, order.order_id, order.unit_id, service_code=order.terms.service_code,
        marks=(MARKS[fallback],),
    )  # fmt: skip
    write_entries(connection, [counted])


def _open_purchased(connection: Connection, context: Cause, order: Order, order_id: UUID) -> bool:
    """Open the order of purchased help; False where a rule bars it."""
    drafted = replace(order, order_id=order_id, funding=Funding.PURCHASED)
    recipient = people_store.find_person(connection, order.recipient_id) if order.recipient_id else None
    try:
        if recipient is None or order.terms.start_at <= context.now:
            return _give_up(connection, context, drafted)
        opened = _purchased(connection, context, order, order_id, recipient)
    except Refusal:
        return _give_up(connection, context, drafted)
    waiting = opened.moved(Verb.PLACE, State.AWAITING_FUNDING)
    if not order_store.add_order(connection, waiting, _step_of(opened, context)):
        return False
    tell(connection, context, placing_messages.order_placed(waiting))
    await_funding(connection, context, opened, Verb.PLACE)
    replace_deadlines(connection, waiting, deadlines_set(connection, waiting, context.now))
    return True


def _step_of(order: Order, context: Cause) -> Step:
    placed = order.placement
    return Step(Verb.PLACE, context.now, placed.by, placed.acting_for, placed.consent, placed.why)


def _purchased(connection: Connection, context: Cause, order: Order, order_id: UUID, recipient: Person) -> Order:
    """Return the help as it is bought: the same service at the same time, by today's rules.

    Raises:
        Refusal: a rule of asking bars it.
    """
    today = local_date(context.now)
    placing_rules.refuse_inactive_recipient(recipient)
    policy = people_store.policy_on(connection, order.district_id, today)
    service = catalogue_store.service_on(connection, order.terms.service_code, today, order.district_id)
    minutes, start_at = order.terms.planned_minutes, order.terms.start_at
    coefficient = coefficient_at(policy, service, start_at, times=service.tariff)
    terms = Terms(
        service_code=service.code,
        catalogue_version=service.version,
        policy_version=policy.version,
        planned_minutes=minutes,
        start_at=start_at,
        persons=service.persons,
        coefficient_percent=coefficient,
        price_minutes=price_minutes(planned_minutes=minutes, coefficient_percent=coefficient, persons=service.persons),
    )
    asked = order.placement
    placement = Placement(asked.by, context.now, asked.acting_for, asked.consent, asked.why)
    opened = Order(order_id, order.district_id, order.unit_id, order.recipient_id, Funding.PURCHASED, terms, placement)
    placing_rules.refuse_unless_serves(service, recipient, policy, Funding.PURCHASED, minutes)
    refuse_if_no_room(connection, opened, service, recipient)
    return opened


def _give_up(connection: Connection, context: Cause, drafted: Order) -> bool:
    """Say that the order is not opened: what is held for it is free."""
    declined = replace(drafted, state=State.DECLINED, ending=Ending(declined_code="not_opened"))
    tell(connection, context, placing_messages.order_declined(declined))
    return False
