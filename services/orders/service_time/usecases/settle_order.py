"""The ledger's answer: service time as it was served."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.words import Funding
from services.orders.core.messages import tell
from services.orders.core.rules.evidence import evidence_class
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.order_changes import policy_of_order, save_change
from services.orders.service_time import store
from services.orders.visits import store as visits_store
from services.orders.visits.messages import VisitRecorded

VISIT_SERVICE = "B3"


def settle_order(
    connection: Connection, context: Cause, order: Order, *, settlement: int, issued_minutes: int
) -> Order:
    """Note that the ledger settled the hours, and record the service time as it was served."""
    if order.state is not State.APPROVED or order.approval.settlement != settlement:
        return order
    approval = replace(order.approval, issued_minutes=issued_minutes)
    settled = replace(order.moved(Verb.SETTLE), approval=approval)
    if order.funding is not Funding.PURCHASED:
        _record_service_time(connection, settled, context.now)
    if order.terms.service_code == VISIT_SERVICE and order.recipient_id is not None:
        _record_visit(connection, context, settled, order.recipient_id)
    return save_change(connection, order, settled, Step(Verb.SETTLE, context.now))


def _record_service_time(connection: Connection, order: Order, now: datetime) -> None:
    policy = policy_of_order(connection, order, now)
    for part in order.served:
        assert part.checked_in_at is not None
        line = str(order.approval.settlement), str(part.volunteer_id)
        columns = {
            "record_id": id_from_cause(order.order_id, "served", *line),
            "person_id": part.volunteer_id,
            "recipient_id": order.recipient_id,
            "order_id": order.order_id,
            "kind": "served",
            "minutes": order.counted_minutes(part),
            "evidence_class": evidence_class(policy, order, part),
            "served_on": local_date(part.checked_in_at),
            "recorded_at": now,
        }
        store.add_record(connection, columns)


def _record_visit(connection: Connection, context: Cause, order: Order, recipient_id: UUID) -> None:
    visit_id = id_from_cause(order.order_id, "visit", str(order.approval.settlement))
    by = order.volunteer_ids[0]
    columns = {
        "visit_id": visit_id,
        "person_id": recipient_id,
        "how": "order",
        "outcome": "seen",
        "visited_at": order.finished_at,
        "recorded_at": context.now,
        "recorded_by": by,
        "order_id": order.order_id,
        "reversed": False,
        "findings": [],
    }
    if visits_store.add_visit(connection, columns):
        tell(connection, context, VisitRecorded(visit_id, order.district_id, recipient_id, "order", "seen", by))
