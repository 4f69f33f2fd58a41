"""The ledger's answer: service time as it was served."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from libs.clock import local_date
from libs.db import Connection
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.words import Funding
from services.orders.core.rules.evidence import evidence_class
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.order_changes import policy_of_order, save_change
from services.orders.service_time import store
from services.orders.service_time.usecases.record_visits import record_visits


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
    record_visits(connection, context, settled)
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
