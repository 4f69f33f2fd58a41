"""Follow a referral to the market: who serves, and what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError
from libs.events import Cause
from libs.programme.acting_grants import GrantedAct
from services.orders.core.rules.counting import Entry, Kind
from services.orders.core.rules.deadlines import REFERRAL, outcome_due_at
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import deadline_store, order_store, people_store
from services.orders.core.store.counted_store import write_entries
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.acting_for import refuse_unless_acting_for, require_acting_for
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.notices import want_notice
from services.orders.core.usecases.order_changes import policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.untaken import store
from services.orders.untaken.rules import REFERRAL_MOVES, Referral, ReferralState
from services.orders.untaken.usecases.answer_question import is_by_staff

POWER = "refer_order"


def name_provider(
    connection: Connection, context: CommandContext, order_id: UUID, *, provider: str, contact: str, comes_at: datetime
) -> Referral:
    """Say who serves what no volunteer took, how they are reached, and when they come; the recipient is told.

    Raises:
        ForbiddenError, OutOfScopeError: not an operator or coordinator of the unit.
        ReferralNotFoundError, ReferralOverError: it was not referred, or that is over.
    """
    order = lock_with_facts(connection, context, order_id, power=POWER)
    require_power(connection, context, POWER, order.unit_id)
    refuse_unless_allowed(Verb.NAME_PROVIDER, order.state)
    due_at = outcome_due_at(policy_of_order(connection, order, context.now), comes_at=max(comes_at, context.now))
    referral = store.lock_referral(connection, order_id)
    named = referral.served_by(provider, contact, comes_at=comes_at, due_at=due_at, by=context.caller_id)
    store.save_referral(connection, named)
    deadline_store.replace_deadlines(connection, {order_id: {REFERRAL: due_at}}, kinds=(REFERRAL,))
    want_notice(connection, context, order, order.recipient_id, Purpose.PROVIDER_NAMED, until=due_at)
    save_change(connection, order, order.moved(Verb.NAME_PROVIDER), context.step(Verb.NAME_PROVIDER))
    return named


def record_outcome(
    connection: Connection, context: CommandContext, order_id: UUID, *, outcome: ReferralState, words: str
) -> Referral:
    """Say what came of a referral to the market; also after its deadline, of what is unknown.

    Raises:
        ForbiddenError: neither the recipient, nor somebody who may act for them, nor staff of the unit.
        ReferralNotFoundError, ReferralOverError: it was not referred, or that is recorded.
    """
    order = lock_with_facts(connection, context, order_id, power=POWER)
    _require_word(connection, context, order)
    refuse_unless_allowed(Verb.RECORD_OUTCOME, order.state)
    referral = store.lock_referral(connection, order_id)
    ended = referral.ended(outcome, at=context.now, by=context.caller_id, words=words)
    _end(connection, order, ended, context.step(Verb.RECORD_OUTCOME, why=outcome.value))
    return ended


def leave_outcome(connection: Connection, deadline: Deadline) -> None:
    """Let a referral end of which nobody said what came of it: unknown, and a line on the desk's list."""
    order = order_store.lock_order(connection, deadline.subject_id)
    if not deadline_store.remove_deadline(connection, deadline):
        return
    referral = store.lock_referral(connection, order.order_id)
    if referral.state is ReferralState.OPEN:
        ended = referral.ended(ReferralState.UNKNOWN, at=deadline.at, by=None)
        _end(connection, order, ended, Step(Verb.LEAVE_OUTCOME, deadline.at, why=ended.state.value))


def withdraw_referrals_of(connection: Connection, context: Cause, person_id: UUID) -> None:
    """Let the open referrals end of somebody who has died or gone: nobody comes to them."""
    for order_id in store.open_referrals_of(connection, person_id):
        order = order_store.lock_order(connection, order_id)
        referral = store.lock_referral(connection, order_id)
        if referral.state is ReferralState.OPEN:
            ended = referral.ended(ReferralState.WITHDRAWN, at=context.now, by=None)
            _end(connection, order, ended, Step(Verb.RECORD_OUTCOME, context.now, why=ended.state.value))


def _end(connection: Connection, order: Order, ended: Referral, step: Step) -> None:
    store.save_referral(connection, ended)
    deadline_store.replace_deadlines(connection, {order.order_id: {}}, kinds=(REFERRAL,))
    counted = Entry(
        Kind.REFERRAL_ENDED, step.at, order.order_id, order.unit_id, service_code=order.terms.service_code,
        marks=(ended.state.value,),
    )  # fmt: skip
    write_entries(connection, [counted])
    save_change(connection, order, order.moved(step.verb), step)


def _require_word(connection: Connection, context: CommandContext, order: Order) -> None:
    if order.recipient_id is None:
        raise ForbiddenError
    if is_by_staff(context, order):
        require_power(connection, context, POWER, order.unit_id)
        return
    recipient = people_store.load_person(connection, order.recipient_id)
    require_acting_for(connection, context, recipient, GrantedAct.CONFIRM, subject_id=order.order_id)


def refuse_who_may_not_name(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse whom `name_provider` would refuse before it reads what they say.

    Raises:
        Refusal: as `name_provider`.
    """
    require_power(connection, context, POWER, order.unit_id)
    store.find_referral(connection, order.order_id).refuse_unless(ReferralState.OPEN)


def refuse_who_may_not_say(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse whom `record_outcome` would refuse before it reads what they say; nothing is told.

    Raises:
        Refusal: as `record_outcome`.
    """
    if is_by_staff(context, order):
        require_power(connection, context, POWER, order.unit_id)
    elif order.recipient_id is not None:
        recipient = people_store.load_person(connection, order.recipient_id)
        refuse_unless_acting_for(connection, context, recipient, GrantedAct.CONFIRM)
    store.find_referral(connection, order.order_id).refuse_unless(*REFERRAL_MOVES)
