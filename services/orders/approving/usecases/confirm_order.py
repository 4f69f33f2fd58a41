"""The recipient's side: agree or fall silent; and the call that asks her."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from libs.programme.refusals import MakerIsCheckerError
from services.orders.approving.rules.call_backs import Answers
from services.orders.approving.rules.flags import with_device_flag, with_evidence_flags
from services.orders.approving.rules.signing import refuse_caller_concerned
from services.orders.approving.store.call_backs import add_call_back
from services.orders.core.refusals import NobodyReceivesError, WrongOrderStateError
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.order import Confirmation, Order
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.order_changes import lock_order_due, policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_for_recipient, lock_with_facts


def confirm_order(
    connection: Connection, context: CommandContext, order_id: UUID, *, rating: int | None, device: str
) -> Order:
    """Agree with the minutes, for the recipient.

    Raises:
        ForbiddenError: the volunteer, or somebody who may not act for the recipient.
        MakerIsCheckerError: whoever called back does not confirm for the recipient.
        WrongOrderStateError: it does not wait for the recipient's word.
    """
    order = lock_for_recipient(connection, context, order_id, GrantedAct.CONFIRM)
    refuse_who_called_back(context, order)
    word = Confirmation(context.caller_id, context.now, device, rating)
    agreed = replace(order.moved(Verb.CONFIRM), confirmation=word)
    agreed = with_evidence_flags(policy_of_order(connection, order, context.now), with_device_flag(agreed))
    return save_change(connection, order, agreed, context.step(Verb.CONFIRM))


def refuse_who_called_back(context: CommandContext, order: Order) -> None:
    """Refuse to confirm for the recipient by who called back.

    Raises:
        MakerIsCheckerError
    """
    if context.caller_id == order.submission.called_back_by and context.acting_for is not None:
        raise MakerIsCheckerError


def take_silence(connection: Connection, deadline: Deadline) -> None:
    """Let the recipient's silence count as agreement, flagged."""
    order = lock_order_due(connection, deadline, State.FINISHED)
    if order is None:
        return
    silent = replace(order.moved(Verb.FALL_SILENT), confirmation=Confirmation(at=deadline.at))
    silent = silent.flagged(order.submission.flags | {"silent_recipient"})
    save_change(connection, order, silent, Step(Verb.FALL_SILENT, deadline.at))


def call_back(connection: Connection, context: CommandContext, order_id: UUID, answers: Answers) -> Order:
    """Record what was answered to a call to the recipient's side; a yes is evidence that the volunteer is or was there.

    Raises:
        ForbiddenError: not an operator who reaches the recipient's unit.
        MakerIsCheckerError: the caller placed it, confirmed it or works on it.
        WrongOrderStateError: nobody is or was there, or it was approved.
        NobodyReceivesError: there is nobody to call.
    """
    order = lock_with_facts(connection, context, order_id, power="call_back")
    require_power(connection, context, "call_back", order.unit_id)
    refuse_call_back(context, order)
    called = order.moved(Verb.CALL_BACK, order.state)
    add_call_back(connection, order_id, answers, by=context.caller_id, at=context.now)
    if answers.proves:
        proof = replace(order.submission, called_back_by=context.caller_id, called_back_at=context.now)
        called = replace(called, submission=proof)
    if order.state is not State.IN_SERVICE:
        called = with_evidence_flags(policy_of_order(connection, order, context.now), called)
    return save_change(connection, order, called, context.step(Verb.CALL_BACK))


def refuse_call_back(context: CommandContext, order: Order) -> None:
    """Refuse a call by who is concerned, or after the first signature.

    Raises:
        MakerIsCheckerError: the caller placed it, confirmed it or works on it.
        WrongOrderStateError: nobody is or was there, or it was approved.
        NobodyReceivesError: there is nobody to call.
    """
    if order.recipient_id is None:
        raise NobodyReceivesError
    for hand in context.hands:
        refuse_caller_concerned(order, hand)
    if order.approval.approvers:
        raise WrongOrderStateError(state=order.state.value)
    refuse_unless_allowed(Verb.CALL_BACK, order.state)
