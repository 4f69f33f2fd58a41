"""Take a settlement back whole, once, by two people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.ids import id_from_cause
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import AlreadyReversedError
from libs.programme.two_people import propose, refuse_hand
from services.orders.approving.usecases.approve_hours import refuse_concerned
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.order_changes import policy_of_order, save, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.disputes import store
from services.orders.disputes.messages import HoursReversed
from services.orders.disputes.rules import told_why
from services.orders.service_time import store as service_time_store
from services.orders.visits import store as visits_store


def propose_reversal(
    connection: Connection, context: CommandContext, order_id: UUID, *, reversal_id: UUID, why: str
) -> Order:
    """Propose to reverse the settlement of an order; nothing moves until another person decides it.

    Raises:
        ForbiddenError: no such role here, or one's own or a relative's hours.
        AlreadyReversedError: it was reversed before.
        WrongOrderStateError: it is not settled.
    """
    claim = store.ask_whether_taken(reversal_id)
    order = lock_with_facts(connection, context, order_id, claim, power="propose_reversal")
    refuse_who_may_not_reverse(connection, context, order)
    if store.is_taken(connection, reversal_id):
        raise IdReusedError
    columns = {
        "reversal_id": reversal_id,
        "order_id": order_id,
        "settlement": order.approval.settlement,
        "why": why,
    } | columns_of(propose(proposal_id=reversal_id, by=context.caller_id, now=context.now))
    save(connection, lambda: store.add_reversal(connection, columns))
    proposed = order.moved(Verb.PROPOSE_REVERSAL)
    return save_change(connection, order, proposed, context.step(Verb.PROPOSE_REVERSAL, why=why))


def refuse_who_may_not_reverse(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse to propose a reversal without the power here, by who is concerned, or of what is not settled.

    Raises:
        Refusal: as `propose_reversal`.
    """
    require_power(connection, context, "propose_reversal", order.unit_id)
    _refuse_unless_reversible(connection, context, order)


def _refuse_unless_reversible(connection: Connection, context: CommandContext, order: Order) -> None:
    refuse_concerned(connection, context, order)
    if order.state is State.REVERSED:
        raise AlreadyReversedError
    refuse_unless_allowed(Verb.REVERSE, order.state)


def decide_reversal(
    connection: Connection, context: CommandContext, order_id: UUID, *, reversal_id: UUID, ok: bool, why: str
) -> Order:
    """Decide a proposed reversal. Yes: the ledger posts the opposite transfers, and the service time is taken back.

    No: the settlement stands, and the proposal is closed.

    Raises:
        ForbiddenError: neither a checker nor a district administrator here, or concerned by the hours.
        MakerIsCheckerError: the proposer themself.
        AlreadyReversedError: it was reversed before.
        AlreadyDecidedError: this proposal was decided before.
        ProposalLapsedError: nobody decided it in time.
        RecordNotFoundError: there is no such proposal for this order.
    """
    asked = (store.ask_reversal(reversal_id), service_time_store.ask_records_of(order_id))
    order = lock_with_facts(connection, context, order_id, *asked, power="decide_reversal")
    require_power(connection, context, "decide_reversal", order.unit_id)
    proposal = store.reversal_of(connection, reversal_id, order_id)
    waiting = proposal_of(proposal, proposal_id=reversal_id)
    refuse_hand(context.hands, {waiting.proposed_by})
    _refuse_unless_reversible(connection, context, order)
    if proposal["settlement"] != order.approval.settlement:
        raise AlreadyReversedError
    decided = waiting.decide(context.verdict(ok=ok, why=why))
    save(connection, lambda: store.save_reversal(connection, decided))
    if not ok:
        refused = order.moved(Verb.REFUSE_REVERSAL)
        return save_change(connection, order, refused, context.step(Verb.REFUSE_REVERSAL, why=why))
    reverse_settlement(
        connection,
        context,
        order,
        reversal_id=reversal_id,
        proposed_by=waiting.proposed_by,
        why=proposal["why"],
    )
    return save_change(connection, order, order.moved(Verb.REVERSE), context.step(Verb.REVERSE, why=proposal["why"]))


def reverse_settlement(
    connection: Connection, context: CommandContext, order: Order, *, reversal_id: UUID, proposed_by: UUID, why: str
) -> None:
    """Tell the ledger, and enter the opposite of what the service-time book says of this settlement."""
    policy = policy_of_order(connection, order, context.now)
    reversal = HoursReversed(
        reversal_id=reversal_id,
        order_id=order.order_id,
        district_id=order.district_id,
        funding=order.funding,
        settlement=order.approval.settlement,
        proposed_by=proposed_by,
        decided_by=context.caller_id,
        why=told_why(policy, why),
        recover=why in policy.reversal.recover_for,
        volunteer_ids=order.volunteer_ids,
        start_at=order.terms.start_at,
    )
    tell(connection, context, reversal)
    lines = service_time_store.records_of(connection, order.order_id)

    def write() -> None:
        for line in lines:
            service_time_store.add_record(connection, _opposite(line, context.now))
        visits_store.undo_visits_of(connection, order.order_id, at=context.now)

    save(connection, write)


def _opposite(line: Row, now: datetime) -> Row:
    identity = id_from_cause(line["record_id"], "reversed")
    return line | {"record_id": identity, "kind": "reversed", "minutes": -line["minutes"], "recorded_at": now}
