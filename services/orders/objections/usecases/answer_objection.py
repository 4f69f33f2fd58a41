"""Answer an objection, as somebody who had no hand in the hours; nothing that was written is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.refusals import MakerIsCheckerError, RecordNotFoundError
from libs.programme.two_people import propose
from libs.programme.words import Funding
from services.orders.approving.usecases.approve_hours import refuse_concerned
from services.orders.approving.usecases.flags import with_flags
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Decision, Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import deadline_store, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.command_context import CommandContext, require_power, require_power_somewhere
from services.orders.core.usecases.notices import want_notice
from services.orders.core.usecases.order_changes import add_entered, await_funding, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.disputes import store as disputes_store
from services.orders.objections import rules, store
from services.orders.objections.rules import Objection
from services.orders.objections.usecases.make_objection import OBJECTION
from services.orders.placing.messages import order_placed
from services.orders.placing.usecases.place_order import refuse_over_budget

WHY = "appeal"


@dataclass(frozen=True)
class Decided:
    """Fewer minutes, why, and who is to sign them."""

    minutes: int
    why: str
    second_id: UUID


def answer_objection(
    connection: Connection,
    context: CommandContext,
    objection_id: UUID,
    *,
    minutes: int | None,
    why: str,
    second_id: UUID | None,
    by_programme: bool,
) -> Objection:
    """Answer with the minutes that count, or dismiss it (none).

    More minutes than counted are entered late, signed by who answers, to be checked by another; the programme may pay
    where the mistake was its own. Fewer of settled hours wait for a second person, who is named here: then they are
    reversed and settled anew.

    Raises:
        ForbiddenError: no checker here, of an appeal no district administrator, or related to a side.
        MakerIsCheckerError: who answers had a hand in the hours, or stands in for who had; or fewer minutes, and
            no second person named.
        AlreadyDecidedError, WrongOrderStateError, MinutesOutOfRangeError, ProgrammeBudgetExhaustedError
        NothingToObjectToError: other minutes count by now than when it was made, so it is not upheld any more.
    """
    require_power_somewhere(context, "answer_objection")
    filed = store.find_objection(connection, objection_id)
    if filed is None:
        raise RecordNotFoundError
    power = "answer_appeal" if filed.is_appeal else "answer_objection"
    order = lock_with_facts(connection, context, filed.order_id, power=power)
    require_power(connection, context, power, order.unit_id)
    refuse_concerned(connection, context, order)
    hands = rules.hands_of(order, store.hands_in_steps(connection, order.order_id))
    answered = store.lock_objection(connection, objection_id).answered(
        by=context.caller_id,
        at=context.now,
        minutes=minutes,
        why=why,
        hands=hands,
        lent_by=context.hands,
    )
    after = order.moved(Verb.ANSWER_OBJECTION, order.state)
    if minutes is not None:
        rules.refuse_what_changed(order, answered)
    if minutes is not None and minutes > answered.counted_minutes:
        answered = replace(answered, entry_id=_enter(connection, context, order, answered, by_programme=by_programme))
    if minutes is not None and minutes < answered.counted_minutes:
        if second_id is None or second_id in {*context.hands, *hands}:
            raise MakerIsCheckerError
        after = _with_fewer(connection, context, order, Decided(minutes, why, second_id))
    deadline_store.remove_deadline(connection, Deadline(objection_id, OBJECTION, answered.decide_by))
    _close(connection, context, order, answered)
    save_change(connection, order, after, context.step(Verb.ANSWER_OBJECTION, why=why))
    return answered


def leave_objection(connection: Connection, deadline: Deadline) -> None:
    """Let an objection that nobody answered in time end: what was decided stands."""
    filed = store.find_objection(connection, deadline.subject_id)
    assert filed is not None, "a deadline is written together with its objection"
    order = order_store.lock_order(connection, filed.order_id)
    if not deadline_store.remove_deadline(connection, deadline):
        return
    _close(connection, deadline, order, store.lock_objection(connection, filed.objection_id).lapsed(deadline.at))
    if order.state in rules.ENDED:
        left = order.moved(Verb.LEAVE_OBJECTION, order.state)
        save_change(connection, order, left, Step(Verb.LEAVE_OBJECTION, deadline.at))


def _close(connection: Connection, context: Cause, order: Order, answered: Objection) -> None:
    store.save_answer(connection, answered)
    for person_id in (order.recipient_id, *order.volunteer_ids):
        want_notice(connection, context, order, person_id, Purpose.OBJECTION_ANSWERED)


def _enter(
    connection: Connection, context: CommandContext, order: Order, answered: Objection, *, by_programme: bool
) -> UUID:
    entry_id = id_from_cause(answered.objection_id, "entry")
    entry = rules.entry_of(order, answered, entry_id, by=context.caller_id, by_programme=by_programme)
    if entry.funding is Funding.PROGRAMME:
        policy = people_store.policy_on(connection, entry.district_id, local_date(context.now))
        refuse_over_budget(connection, entry, policy)
    flagged = with_flags(connection, entry)
    state = State.CONFIRMED if entry.funding is Funding.PROGRAMME else State.AWAITING_FUNDING
    tell(connection, context, order_placed(replace(flagged, state=state)))
    if state is State.CONFIRMED:
        entered = flagged.moved(Verb.CORRECT, State.CONFIRMED)
    else:
        entered = await_funding(connection, context, flagged, Verb.CORRECT)
    was_added = add_entered(connection, entered, context.step(Verb.CORRECT))
    assert was_added, "an objection is upheld once"
    return entry_id


def _with_fewer(connection: Connection, context: CommandContext, order: Order, decided: Decided) -> Order:
    """Return settled hours in dispute again, with a decision that waits for its second person, as every other does."""
    proposal = propose(proposal_id=id_from_cause(context.cause, WHY), by=context.caller_id, now=context.now)
    made = Decision(decided.minutes, decided.second_id, proposal)
    disputes_store.add_decision(connection, order, made, why=decided.why)
    disputed = order.moved(Verb.ANSWER_OBJECTION, State.DISPUTED)
    dispute = replace(
        order.dispute,
        from_state=State.SETTLED,
        says_minutes=decided.minutes,
        decided_by=context.caller_id,
        why=decided.why,
        waiting=made,
    )
    return replace(disputed, dispute=dispute)
