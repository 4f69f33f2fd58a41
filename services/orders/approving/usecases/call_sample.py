"""Another office calls the recipient of a drawn order, and notes what she says."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from services.orders.approving.rules.sample import SampleOutcome, after_call, refuse_office_of, said_of
from services.orders.approving.rules.signing import refuse_caller_concerned, refuse_hand
from services.orders.approving.store import sample as store
from services.orders.approving.usecases.approve_hours import refuse_concerned
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.store import deadline_store, order_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.usecases.command_context import CommandContext, has_power, require_power
from services.orders.core.usecases.order_changes import save, save_change
from services.orders.core.usecases.order_facts import lock_with_facts

SIGNING_POWERS = ("approve_hours", "second_check")


def call_sample(
    connection: Connection, context: CommandContext, order_id: UUID, *, outcome: SampleOutcome, minutes: int | None
) -> Order:
    """Note what the recipient of a drawn order says; fewer minutes, or none, are in dispute at once.

    Raises:
        ForbiddenError: not an operator who reaches the recipient's unit, or a relative.
        MakerIsCheckerError: the caller had a hand in it, or signs hours in this place.
        RecordNotFoundError: it was not drawn.
        AlreadyDecidedError: she was asked before, or it is too late.
        MinutesOutOfRangeError: not fewer minutes than reported, or minutes with another outcome.
        WrongOrderStateError: the hours are over, or the ledger has not answered yet.
    """
    order = lock_with_facts(connection, context, order_id, power="call_back")
    require_power(connection, context, "call_back", order.unit_id)
    _refuse_who_is_no_other_office(connection, context, order)
    refuse_unless_allowed(Verb.SAMPLE_CALL, order.state)
    said_minutes = said_of(order, outcome, minutes)
    drawn = store.load_call(connection, order_id)
    called = drawn.called(outcome, said_minutes=said_minutes, called_by=context.caller_id, called_at=context.now)
    save(connection, lambda: store.save_call(connection, called))
    return save_change(connection, order, after_call(order, said_minutes), context.step(Verb.SAMPLE_CALL))


def _refuse_who_is_no_other_office(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_concerned(connection, context, order)
    for hand in context.hands:
        refuse_caller_concerned(order, hand)
        refuse_hand(order, hand)
    signs_here = any(has_power(connection, context, power, order.unit_id) for power in SIGNING_POWERS)
    for hand in context.hands:
        refuse_office_of(order, hand, signs_here=signs_here)


def give_up_sample(connection: Connection, deadline: Deadline) -> None:
    """Let a drawn order, whose recipient nobody reached in time, wait for nobody; its flag stays for the signatures."""
    order_store.lock_order(connection, deadline.subject_id)
    if not deadline_store.remove_deadline(connection, deadline):
        return
    drawn = store.load_call(connection, deadline.subject_id)
    if drawn.outcome is None:
        store.save_call(connection, drawn.given_up())
