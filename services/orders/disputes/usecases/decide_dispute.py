"""A checker decides a dispute with the minutes that count; a second person signs where it was settled already."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError
from libs.ids import id_from_cause
from libs.programme import two_people
from libs.programme.refusals import MakerIsCheckerError, MinutesOutOfRangeError
from libs.programme.two_people import propose
from services.orders.approving.messages import hours_approved, hours_rejected
from services.orders.approving.rules.signing import Signing, made_everybody, refuse_hand
from services.orders.approving.usecases.approve_hours import refuse_concerned, refuse_who_may_not_sign
from services.orders.core.messages import tell
from services.orders.core.refusals import WrongOrderStateError
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.order import Decision, Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.notices import say_to_volunteers
from services.orders.core.usecases.order_changes import policy_of_order, save, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.disputes import store
from services.orders.disputes.usecases.reverse_hours import reverse_settlement
from services.orders.service_time import store as service_time_store

WHY = "dispute"


def decide_dispute(
    connection: Connection, context: CommandContext, order_id: UUID, *, minutes: int, why: str, second_id: UUID | None
) -> Order:
    """Decide the minutes, from 0 to those reported.

    Before settlement they are settled at once, and 0 rejects. After settlement the same minutes change nothing, and
    fewer wait for a second person, who is named here.

    Raises:
        ForbiddenError: not a checker here, concerned, or somebody who signed or made the submission.
        WrongOrderStateError: there is no dispute.
        MinutesOutOfRangeError: more than was reported.
        MakerIsCheckerError: fewer minutes than settled, and no second person named; or the decider alone made the
            accounts of both sides.
    """
    order = lock_with_facts(connection, context, order_id, power="decide_dispute")
    signing = refuse_who_may_not_decide(connection, context, order)
    if minutes and made_everybody(signing):
        raise MakerIsCheckerError
    if not 0 <= minutes <= order.reported_minutes:
        raise MinutesOutOfRangeError(reported_minutes=order.reported_minutes)
    decided = replace(order, dispute=replace(order.dispute, decided_by=context.caller_id, why=why))
    if order.dispute.from_state is State.SETTLED:
        return _decide_settled(connection, context, order, decided, minutes, second_id)
    if minutes == 0:
        return _reject(connection, context, order, decided, why)
    decided = _with_minutes(decided, minutes).without_dispute()
    return save_change(connection, order, _approved(connection, decided, context), context.step(Verb.DECIDE, why=why))


def refuse_who_may_not_decide(connection: Connection, context: CommandContext, order: Order) -> Signing:
    """Return who decides what, after refusing somebody concerned, and what is not in dispute.

    Raises:
        ForbiddenError, WrongOrderStateError
    """
    signing = refuse_who_may_not_sign(connection, context, order, "decide_dispute")
    refuse_unless_allowed(Verb.DECIDE, order.state)
    return signing


def _with_minutes(order: Order, minutes: int) -> Order:
    return replace(order, approval=replace(order.approval, decided_minutes=minutes))


def _approved(connection: Connection, order: Order, context: CommandContext) -> Order:
    """Return the order approved with the decided minutes, and tell the ledger."""
    approved = order.approved(Verb.DECIDE, context.caller_id)
    policy = policy_of_order(connection, approved, context.now)
    tell(connection, context, hours_approved(approved, policy, context.now))
    return approved


def _reject(connection: Connection, context: CommandContext, order: Order, decided: Order, why: str) -> Order:
    rejected = _with_minutes(decided.moved(Verb.DECIDE, State.REJECTED), 0).without_dispute()
    tell(connection, context, hours_rejected(rejected, by=context.caller_id))
    say_to_volunteers(connection, context, rejected, Purpose.HOURS_REFUSED)
    return save_change(connection, order, rejected, context.step(Verb.DECIDE, why=why))


def _decide_settled(
    connection: Connection, context: CommandContext, order: Order, decided: Order, minutes: int, second_id: UUID | None
) -> Order:
    decided_minutes = order.approval.decided_minutes
    counted_minutes = order.reported_minutes if decided_minutes is None else decided_minutes
    if minutes == counted_minutes:
        kept = decided.moved(Verb.DECIDE, State.SETTLED).without_dispute()
        return save_change(connection, order, kept, context.step(Verb.DECIDE))
    if minutes > counted_minutes:
        raise MinutesOutOfRangeError(counted_minutes=counted_minutes)
    if second_id is None or second_id in context.hands:
        raise MakerIsCheckerError
    proposal = propose(proposal_id=id_from_cause(context.cause, WHY), by=context.caller_id, now=context.now)
    made = Decision(minutes, second_id, proposal)
    earlier, why = order.dispute.waiting, decided.dispute.why

    def write() -> None:
        if earlier is not None:
            store.save_decision(connection, earlier.proposal.closed(now=context.now))
        store.add_decision(connection, order, made, why=why)

    save(connection, write)
    waiting = replace(decided.moved(Verb.DECIDE, State.DISPUTED), dispute=replace(decided.dispute, waiting=made))
    return save_change(connection, order, waiting, context.step(Verb.DECIDE))


def confirm_decision(connection: Connection, context: CommandContext, order_id: UUID, *, ok: bool, why: str) -> Order:
    """Sign, as the second person, fewer minutes for hours already settled: they are reversed and settled anew.

    A no leaves the dispute open, to be decided again.

    Raises:
        ForbiddenError: neither a checker nor a district administrator here, concerned, or not the one whom the decider
            named.
        MakerIsCheckerError: the decider themself.
        WrongOrderStateError: no decision waits for a second person.
        ProposalLapsedError: its second person said nothing in time.
    """
    records = service_time_store.ask_records_of(order_id)
    order = lock_with_facts(connection, context, order_id, records, power="decide_dispute_second")
    waiting = refuse_who_is_not_second(connection, context, order)
    decider_id = waiting.proposal.proposed_by
    verdict = waiting.proposal.decide(context.verdict(ok=ok, why=why))
    save(connection, lambda: store.save_decision(connection, verdict))
    if not ok:
        undecided = replace(order.dispute, decided_by=None, waiting=None)
        open_again = replace(order.moved(Verb.DECIDE, State.DISPUTED), dispute=undecided)
        return save_change(connection, order, open_again, context.step(Verb.DECIDE, why=why))
    reverse_settlement(
        connection,
        context,
        order,
        reversal_id=id_from_cause(order.order_id, WHY, str(order.approval.settlement)),
        proposed_by=decider_id,
        why=WHY,
    )
    approval = replace(order.approval, decided_minutes=waiting.minutes, issued_minutes=0)
    decided = replace(order, approval=approval).without_dispute()
    if decided.approval.decided_minutes == 0:
        after = decided.moved(Verb.DECIDE, State.REVERSED)
    else:
        signed = decided.with_approval(approvers=(decider_id,), settlement=approval.settlement)
        after = _approved(connection, signed, context)
    return save_change(connection, order, after, context.step(Verb.DECIDE))


def refuse_who_is_not_second(connection: Connection, context: CommandContext, order: Order) -> Decision:
    """Return the decision that waits, after refusing everybody but the second person whom its decider named.

    Raises:
        Refusal: as `confirm_decision`.
    """
    require_power(connection, context, "decide_dispute_second", order.unit_id)
    refuse_concerned(connection, context, order)
    return decision_for(context, order)


def decision_for(context: CommandContext, order: Order) -> Decision:
    """Return the decision that waits for the caller, as far as the order alone tells.

    Raises:
        Refusal: as `confirm_decision`.
    """
    for hand in context.hands:
        refuse_hand(order, hand)
    refuse_unless_allowed(Verb.DECIDE, order.state)
    waiting = order.dispute.waiting
    if waiting is None:
        raise WrongOrderStateError(state=order.state.value)
    two_people.refuse_hand(context.hands, {waiting.proposal.proposed_by})
    if waiting.second_id not in context.hands:
        raise ForbiddenError
    return waiting
