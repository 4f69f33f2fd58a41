"""Care visits that hours stand for: of an order its recipient's, of a round everybody's who was reached on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.policy import Policy
from libs.programme.words import EvidenceClass
from services.orders.core.messages import tell
from services.orders.core.rules.evidence import evidence_class
from services.orders.core.rules.order import Order
from services.orders.core.usecases.order_changes import policy_of_order
from services.orders.rounds import store as rounds_store
from services.orders.rounds.rules import How, Outcome, Stop
from services.orders.visits import store as visits_store
from services.orders.visits.messages import VisitRecorded
from services.orders.visits.rules import is_call_enough

VISIT_SERVICE = "B3"
OF_ORDER = "order"


@dataclass(frozen=True)
class Seen:
    """Somebody who was seen, or called: `cause_id` is the order or the stop."""

    cause_id: UUID
    person_id: UUID
    how: str
    at: datetime | None


def record_visits(connection: Connection, context: Cause, order: Order) -> None:
    """Record the visits of settled hours, where their service is to visit people; a call where it is enough."""
    if order.terms.service_code != VISIT_SERVICE:
        return
    policy = policy_of_order(connection, order, context.now)
    for seen in _seen_by(connection, order):
        _record(connection, context, order, seen, _proof(policy, order, seen.how))


def _seen_by(connection: Connection, order: Order) -> list[Seen]:
    if order.recipient_id is not None:
        return [Seen(order.order_id, order.recipient_id, OF_ORDER, order.finished_at)]
    stops = rounds_store.stops_of(connection, order.order_id)
    return [
        Seen(stop.stop_id, stop.recipient_id, stop.how.value, stop.ticked_at)
        for stop in stops
        if stop.how is not None and _is_visit(connection, stop)
    ]


def _is_visit(connection: Connection, stop: Stop) -> bool:
    if stop.outcome is not Outcome.DONE:
        return False
    return stop.how is How.DOOR or is_call_enough(visits_store.risk_of(connection, stop.recipient_id))


def _record(connection: Connection, context: Cause, order: Order, seen: Seen, proof: EvidenceClass) -> None:
    visit_id = id_from_cause(seen.cause_id, "visit", str(order.approval.settlement))
    by = order.volunteer_ids[0]
    columns = {
        "visit_id": visit_id,
        "person_id": seen.person_id,
        "how": seen.how,
        "outcome": "seen",
        "visited_at": seen.at,
        "recorded_at": context.now,
        "recorded_by": by,
        "order_id": order.order_id,
        "reversed": False,
        "findings": [],
        "proof": proof,
    }
    if visits_store.add_visit(connection, columns):
        tell(connection, context, VisitRecorded(visit_id, order.district_id, seen.person_id, seen.how, "seen", by))


def _proof(policy: Policy, order: Order, how: str) -> EvidenceClass:
    """Return how well a visit is proved: as its hours are; that somebody was called, only the caller says."""
    is_verified = any(evidence_class(policy, order, part) is EvidenceClass.VERIFIED for part in order.served)
    return EvidenceClass.VERIFIED if is_verified and how != How.PHONE else EvidenceClass.ATTESTED
