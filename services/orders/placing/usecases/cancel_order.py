"""Give an order up before service begins."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.db import Connection
from libs.events import Cause
from libs.programme.acting_grants import GrantedAct
from services.orders.core.messages import order_cancelled, tell
from services.orders.core.rules.deadlines import is_late_cancellation
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.occasion import Kind
from services.orders.core.rules.order import Ending, Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import order_store
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.acting_for import refuse_unless_acting_for_one_of, require_acting_for_one_of
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.notices import say_to_volunteers, say_who_does_not_come, want_notice
from services.orders.core.usecases.order_changes import give_back, policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts

DIED = "person_died"


def cancel_order(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    """Cancel by decision; whatever was set aside is released, never a penalty in credit.

    Raises:
        ForbiddenError: neither the recipient, the payer, someone acting for them, nor a coordinator of the unit.
        WrongOrderStateError: service has begun, or it is over.
    """
    order = lock_with_facts(connection, context, order_id, power="cancel_order")
    concerned = (order.recipient_id, order.payer_id)
    if is_cancelled_by_staff(context, order):
        require_power(connection, context, "cancel_order", order.unit_id)
    else:
        require_acting_for_one_of(connection, context, concerned, GrantedAct.CANCEL, subject_id=order_id)
    return give_up_order(connection, context, order)


def give_up_order(connection: Connection, context: CommandContext, order: Order) -> Order:
    """Cancel an order, locked, by somebody who may, and tell whom it concerns.

    Raises:
        WrongOrderStateError: service has begun, or it is over.
    """
    cancelled = order.moved(Verb.CANCEL)
    policy = policy_of_order(connection, order, context.now)
    is_late = is_late_cancellation(policy, start_at=order.terms.start_at, now=context.now)
    cancelled = replace(cancelled, ending=Ending(late_cancelled=order.state is State.TAKEN and is_late))
    tell(connection, context, order_cancelled(cancelled, by=context.caller_id))
    _say_cancelled(connection, context, cancelled)
    if context.caller_id != order.recipient_id:
        want_notice(connection, context, order, order.recipient_id, Purpose.VISIT_CANCELLED, until=order.terms.end_at)
    return save_change(connection, order, cancelled, context.step(Verb.CANCEL))


def is_cancelled_by_staff(context: CommandContext, order: Order) -> bool:
    """Tell whether somebody cancels by their role, and not as whom it concerns or for them."""
    return context.acting_for is None and context.caller_id not in (order.recipient_id, order.payer_id)


def refuse_who_may_not_cancel(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse whom `cancel_order` would refuse; nothing is told.

    Raises:
        Refusal: as `cancel_order`.
    """
    if is_cancelled_by_staff(context, order):
        require_power(connection, context, "cancel_order", order.unit_id)
    else:
        refuse_unless_acting_for_one_of(connection, context, (order.recipient_id, order.payer_id), GrantedAct.CANCEL)
    refuse_unless_allowed(Verb.CANCEL, order.state)


def end_orders_of_dead(connection: Connection, context: Cause, person_id: UUID) -> None:
    """Cancel the open orders that a dead person receives or pays, and publish anew those they had taken."""
    for order in order_store.lock_orders_of(connection, person_id):
        if person_id in (order.recipient_id, order.payer_id):
            cancelled = order.moved(Verb.CANCEL)
            tell(connection, context, order_cancelled(cancelled, code=DIED))
            _say_cancelled(connection, context, cancelled)
            save_change(connection, order, cancelled, Step(Verb.CANCEL, context.now, why=DIED))
        else:
            say_who_does_not_come(connection, context, order, person_id)
            opened = give_back(connection, context, order, person_id, Verb.WITHDRAW)
            save_change(connection, order, opened, Step(Verb.WITHDRAW, context.now, why=DIED))


def _say_cancelled(connection: Connection, context: Cause, order: Order) -> None:
    purpose = Purpose.ACTIVITY_CANCELLED if order.kind is Kind.SEAT else Purpose.VISIT_CANCELLED
    say_to_volunteers(connection, context, order, purpose, until=order.terms.end_at)
