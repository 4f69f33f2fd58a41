"""Move what waits for one person to another, as far as the rules of each let them have it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from libs.db import Connection
from libs.errors import Refusal
from libs.events import Cause
from libs.programme import directory
from libs.programme.words import WorkKind
from services.orders.approving.rules.signing import refuse_hand, refuse_own_or_related
from services.orders.approving.usecases.approve_hours import signing_of
from services.orders.core.messages import tell
from services.orders.core.rules.order import Order
from services.orders.core.store import order_store, people_store
from services.orders.core.store.tables import decision
from services.orders.duty.usecases import give_duty
from services.orders.handovers import store
from services.orders.handovers.messages import WorkMoved
from services.orders.handovers.rules import Handover, Moved
from services.orders.visits.usecases import give_visits


def move_work(
    connection: Connection, cause: Cause, handover: Handover, kinds: Collection[WorkKind], *, unit_id: UUID
) -> None:
    """Move some kinds of work, and tell what came of each."""
    results = tuple(Moved(kind, *_MOVES[kind](connection, cause, handover)) for kind in sorted(kinds))
    district_id = directory.district_of(connection, unit_id)
    receiver = people_store.find_person(connection, handover.to_id)
    if district_id is None and receiver is not None:
        district_id = receiver.district_id
    moved = WorkMoved(handover.handover_id, district_id or unit_id, handover.from_id, handover.to_id, results)
    tell(connection, cause, moved)


def _move_duty(connection: Connection, cause: Cause, of: Handover) -> tuple[int, int]:
    return give_duty(connection, cause, from_id=of.from_id, to_id=of.to_id, unit_ids=of.unit_ids, by=of.by)


def _move_visits(connection: Connection, cause: Cause, of: Handover) -> tuple[int, int]:
    return give_visits(connection, cause, from_id=of.from_id, to_id=of.to_id, unit_ids=of.unit_ids, by=of.by)


def _move_second_words(connection: Connection, cause: Cause, of: Handover) -> tuple[int, int]:
    """Let the receiver say the second words; never on what they decided, signed, opened, or are related to."""
    waiting = store.second_words(connection, of.unit_ids, cause.now, decision.c.second_id == of.from_id)
    moved = 0
    for order in order_store.lock_orders(connection, sorted({work.subject_id for work in waiting})):
        waits = order.dispute.waiting
        if waits is None or waits.second_id != of.from_id:
            continue  # Decided while this waited for it.
        if waits.proposal.proposed_by != of.to_id and _may_say(connection, order, of.to_id):
            store.name_second(connection, waits.proposal.proposal_id, of.to_id)
            moved += 1
    return moved, len(waiting) - moved


def _may_say(connection: Connection, order: Order, person_id: UUID) -> bool:
    try:
        refuse_hand(order, person_id)
        refuse_own_or_related(signing_of(connection, order, person_id))
    except Refusal:
        return False
    return store.may_say_second(connection, person_id, order.unit_id)


_MOVES: dict[WorkKind, Callable[[Connection, Cause, Handover], tuple[int, int]]] = {
    WorkKind.DUTY: _move_duty,
    WorkKind.VISITS: _move_visits,
    WorkKind.SECOND_WORD: _move_second_words,
}
