"""What may be done to an order by those who give help, and at the door."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.store import people_store
from services.orders.core.usecases.acts import (
    Act,
    OrderAct,
    by_any,
    by_recipient,
    by_staff,
    by_volunteer,
    by_whom_it_is_offered,
    by_worker,
    for_recipient,
)
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor
from services.orders.serving.rules.taking import refuse_who_may_not_serve
from services.orders.serving.usecases.gates import refuse_shut_gates
from services.orders.serving.usecases.read_door_code import RUN_VENUE
from services.orders.serving.usecases.report_no_show import refuse_before_waiting
from services.orders.serving.usecases.serve_order import refuse_unless_at_the_door
from services.orders.serving.usecases.take_order import (
    refuse_lapsed_offer,
    refuse_unless_offered,
    refuse_unless_open,
    refuse_who_may_not_offer,
)


def _may_take(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_auditor(context)
    volunteer = people_store.load_person(connection, context.subject_id)
    refuse_who_may_not_serve(volunteer)
    refuse_unless_open(connection, context, order, volunteer, Verb.TAKE)


def _may_accept(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_unless_offered(context, order)
    volunteer = people_store.load_person(connection, context.subject_id)
    refuse_who_may_not_serve(volunteer)
    refuse_lapsed_offer(context, order)
    refuse_unless_open(connection, context, order, volunteer, Verb.ACCEPT)


def _may_decline(_connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_unless_offered(context, order)
    refuse_unless_allowed(Verb.DECLINE_OFFER, order.state)


def _may_withdraw(_connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_auditor(context)
    order.assignment_of(context.subject_id)
    refuse_unless_allowed(Verb.WITHDRAW, order.state)


def _may_check_in(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_unless_at_the_door(connection, context, order, at=context.now)
    refuse_shut_gates(connection, order, order.assignment_of(context.subject_id), now=context.now)


def _has_not_checked_in(context: CommandContext, order: Order) -> None:
    order.refuse_checked_in(context.subject_id)


def _is_at_work(context: CommandContext, order: Order) -> None:
    order.refuse_unless_at_work(context.subject_id)


def by_who_runs_the_venue(connection: Connection, context: CommandContext, order: Order) -> UUID | None:
    """Say that it is for who runs venues, where no recipient's side has a code made."""
    return by_staff(RUN_VENUE)(connection, context, order) if order.recipient_id is None else None


def _may_renew(_connection: Connection, _context: CommandContext, order: Order) -> None:
    refuse_unless_allowed(Verb.NEW_DOOR_CODE, order.state)


ACTS = (
    OrderAct(Act.OFFER, Verb.OFFER, by_staff("offer_order"), refuse_who_may_not_offer),
    OrderAct(Act.TAKE, Verb.TAKE, by_worker, _may_take),
    OrderAct(Act.ACCEPT, Verb.ACCEPT, by_whom_it_is_offered, _may_accept, refuse_lapsed_offer),
    OrderAct(Act.DECLINE_OFFER, Verb.DECLINE_OFFER, by_whom_it_is_offered, _may_decline, refuse_unless_offered),
    OrderAct(Act.WITHDRAW, Verb.WITHDRAW, by_volunteer, _may_withdraw),
    OrderAct(
        Act.REPORT_NO_SHOW,
        Verb.NO_SHOW,
        by_any(by_staff("report_no_show"), by_volunteer, by_recipient),
        refuse_before_waiting,
    ),
    OrderAct(Act.RENEW_DOOR_CODE, Verb.NEW_DOOR_CODE, by_recipient, for_recipient(GrantedAct.DOOR, _may_renew)),
    OrderAct(Act.RENEW_DOOR_CODE, Verb.NEW_DOOR_CODE, by_who_runs_the_venue, _may_renew),
    OrderAct(Act.CHECK_IN, Verb.CHECK_IN, by_volunteer, _may_check_in, _has_not_checked_in),
    OrderAct(
        Act.CHECK_OUT,
        Verb.CHECK_OUT,
        by_volunteer,
        lambda _connection, context, order: _is_at_work(context, order),
        _is_at_work,
    ),
)
