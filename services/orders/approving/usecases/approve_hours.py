"""The signatures under hours: approve, approve many, check a second time, reject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError, Refusal
from libs.programme.policy.store import read_versions
from services.orders.approving import messages
from services.orders.approving.refusals import SubmissionFlaggedError
from services.orders.approving.rules.signing import Signing, needs_second, refuse_maker, refuse_own_or_related
from services.orders.core.messages import tell
from services.orders.core.refusals import WrongOrderStateError
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.occasion import Kind
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import people_store
from services.orders.core.store.order_store import OrderChange
from services.orders.core.usecases.command_context import CommandContext, require_power, require_power_somewhere
from services.orders.core.usecases.notices import say_to_volunteers
from services.orders.core.usecases.order_changes import policy_of_order, read_no_more, save_change, save_changes
from services.orders.core.usecases.order_facts import lock_all_with_facts, lock_with_facts, order_in
from services.orders.rounds import store as rounds_store

SignDoubtful = Callable[[CommandContext, Order], OrderChange]
"""What is done where one signature is not enough."""


def signing_of(connection: Connection, order: Order, signer_id: UUID) -> Signing:
    """Return the signer and everybody concerned by a signature.

    Raises:
        ForbiddenError: nobody knows the signer.
    """
    concerned = (*((order.recipient_id,) if order.recipient_id else ()), *order.volunteer_ids)
    people = {person.person_id: person for person in people_store.find_people(connection, (signer_id, *concerned))}
    signer = people.get(signer_id)
    if signer is None:
        raise ForbiddenError
    others = tuple(people[person_id] for person_id in concerned if person_id in people)
    return Signing(
        order, signer, others, people_store.relations_of(connection, signer_id), _on_round(connection, order)
    )


def _on_round(connection: Connection, order: Order) -> tuple[Person, ...]:
    if order.kind is not Kind.ROUND:
        return ()
    return tuple(people_store.find_people(connection, rounds_store.recipients_of_round(connection, order.order_id)))


def approve_hours(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    """Sign a confirmed submission: a clean one is approved for good, another one waits for the second check.

    Raises:
        ForbiddenError: no such role here, one's own or a relative's hours, or maker and checker in one.
        WrongOrderStateError: it does not wait for a first signature.
    """
    (outcome,) = _sign_each(connection, context, [order_id], _await_second, power="approve_hours")
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def approve_many(connection: Connection, context: CommandContext, order_ids: Sequence[UUID]) -> list[dict[str, object]]:
    """Approve the clean submissions, told in the list's order; each other one stays, with its code.

    Raises:
        ForbiddenError: the caller has no role that approves in bulk anywhere.
    """
    require_power_somewhere(context, "approve_many")
    read_no_more(connection)
    outcomes = _sign_each(connection, context, order_ids, _leave_flagged, power="approve_many")
    return [_result(order_id, outcome) for order_id, outcome in zip(order_ids, outcomes, strict=True)]


def _result(order_id: UUID, outcome: Order | Refusal) -> dict[str, object]:
    if isinstance(outcome, Refusal):
        return {"order_id": order_id, "result": "skipped", "code": outcome.code}
    return {"order_id": order_id, "result": "approved"}


def _sign_each(
    connection: Connection,
    context: CommandContext,
    order_ids: Sequence[UUID],
    sign_doubtful: SignDoubtful,
    *,
    power: str,
) -> list[Order | Refusal]:
    """Sign orders and return what became of each: read in one trip, decided one by one, written together.

    Nothing is written or told of an order before all its rules have let it pass, so a refused one leaves no trace.
    """
    orders = lock_all_with_facts(connection, context, order_ids, power=power)
    read_versions(connection, {(order.district_id, order.bound_by) for order in orders.values()})
    outcomes: list[Order | Refusal] = []
    changes: list[OrderChange] = []
    for order_id in order_ids:
        try:
            order = order_in(orders, order_id)
            signing = refuse_who_may_not_sign(connection, context, order, power)
            change = _signed(connection, context, signing, sign_doubtful)
        except Refusal as refusal:
            outcomes.append(refusal)
            continue
        orders[order_id] = change.after  # Whoever names it twice signs it once.
        changes.append(change)
        outcomes.append(change.after)
    save_changes(connection, changes)
    return outcomes


def _signed(
    connection: Connection, context: CommandContext, signing: Signing, sign_doubtful: SignDoubtful
) -> OrderChange:
    refuse_unless_allowed(Verb.APPROVE, signing.order.state)
    if needs_second(signing):
        return sign_doubtful(context, signing.order)
    refuse_unless_unsigned(signing.order)
    return approved_for_good(connection, signing.order, context, Verb.APPROVE)


def _leave_flagged(_context: CommandContext, order: Order) -> OrderChange:
    raise SubmissionFlaggedError(flags=sorted(order.submission.flags))


def _await_second(context: CommandContext, order: Order) -> OrderChange:
    refuse_unless_unsigned(order)
    waiting = order.moved(Verb.APPROVE, State.CONFIRMED)
    signed = waiting.with_approval(approvers=(context.caller_id,), settlement=order.approval.settlement)
    return OrderChange(order, signed, context.step(Verb.APPROVE))


def refuse_unless_unsigned(order: Order) -> None:
    """Refuse a first signature where one stands, or before the recipient's word.

    Raises:
        WrongOrderStateError
    """
    refuse_unless_allowed(Verb.APPROVE, order.state)
    if order.approval.approvers:
        raise WrongOrderStateError(state=order.state.value)


def refuse_who_may_not_sign(connection: Connection, context: CommandContext, order: Order, power: str) -> Signing:
    """Return who signs what, after refusing somebody without the power here, concerned by the hours, or their maker.

    Raises:
        ForbiddenError: its code says which.
    """
    require_power(connection, context, power, order.unit_id)
    signing = refuse_concerned(connection, context, order)
    refuse_makers(context, order)
    return signing


def refuse_concerned(connection: Connection, context: CommandContext, order: Order) -> Signing:
    """Return who signs what, after refusing whoever served or is related; of a deputy, also whom they stand in for.

    Raises:
        SelfApprovalError, ApproverRelatedError
    """
    signing = signing_of(connection, order, context.caller_id)
    refuse_own_or_related(signing)
    for lender_id in context.hands - {context.caller_id}:
        refuse_own_or_related(signing_of(connection, order, lender_id))
    return replace(signing, hands=context.hands)


def refuse_makers(context: CommandContext, order: Order) -> None:
    """Refuse a signature of whoever placed, served, confirmed or signed it before, or whose deputy would sign now.

    Raises:
        MakerIsCheckerError
    """
    for hand in context.hands:
        refuse_maker(order, hand)


def approved_for_good(connection: Connection, order: Order, context: CommandContext, verb: Verb) -> OrderChange:
    """Tell the ledger which hours count, and return the change to be saved."""
    approved = order.approved(verb, context.caller_id)
    policy = policy_of_order(connection, approved, context.now)
    tell(connection, context, messages.hours_approved(approved, policy, context.now))
    return OrderChange(order, approved, context.step(verb))


def second_check(connection: Connection, context: CommandContext, order_id: UUID, *, ok: bool, why: str) -> Order:
    """Settle or reject a flagged or late submission as its second pair of eyes.

    Raises:
        ForbiddenError: not a checker here, one's own or a relative's hours, or somebody who signed or made it.
        WrongOrderStateError: it does not wait for a second check.
    """
    order = lock_with_facts(connection, context, order_id, power="second_check")
    refuse_who_may_not_sign(connection, context, order, "second_check")
    refuse_unless_signed(order)
    if ok:
        change = approved_for_good(connection, order, context, Verb.SECOND_CHECK)
        return save_change(connection, *change)
    return _reject(connection, context, order, Verb.SECOND_CHECK, why)


def refuse_unless_signed(order: Order) -> None:
    """Refuse a second signature where there is no first.

    Raises:
        WrongOrderStateError
    """
    refuse_unless_allowed(Verb.SECOND_CHECK, order.state)
    if not order.approval.approvers:
        raise WrongOrderStateError(state=order.state.value)


def reject_hours(connection: Connection, context: CommandContext, order_id: UUID, *, why: str) -> Order:
    """Let the hours not count; what was set aside is released and nothing is recorded.

    Raises:
        ForbiddenError: no such role here, or one's own or a relative's hours.
        WrongOrderStateError: it does not wait for a signature.
    """
    order = lock_with_facts(connection, context, order_id, power="reject_hours")
    refuse_who_may_not_reject(connection, context, order)
    return _reject(connection, context, order, Verb.REJECT, why)


def refuse_who_may_not_reject(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse somebody without the power here, or concerned by the hours.

    Raises:
        ForbiddenError: its code says which.
    """
    require_power(connection, context, "reject_hours", order.unit_id)
    refuse_concerned(connection, context, order)


def _reject(connection: Connection, context: CommandContext, order: Order, verb: Verb, why: str) -> Order:
    rejected = order.moved(verb, State.REJECTED)
    tell(connection, context, messages.hours_rejected(rejected, by=context.caller_id))
    say_to_volunteers(connection, context, rejected, Purpose.HOURS_REFUSED)
    return save_change(connection, order, rejected, context.step(verb, why=why))
