"""One side did not appear; and the incidents that people must look at: urgent calls, welfare checks."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.acting_grants import GrantedAct
from services.orders import messages
from services.orders.domain.errors import ForbiddenError, NoShowTooEarlyError, WrongOrderStateError
from services.orders.domain.life_cycle import Verb, refuse_unless_allowed
from services.orders.domain.order import Order
from services.orders.domain.people import Person
from services.orders.store import book_store, order_store, people_store
from services.orders.usecases.calling import Call, has_power, refuse_auditor, require_power, speak_for
from services.orders.usecases.keeping import keep, policy_of_order

VOLUNTEER, RECIPIENT = "volunteer", "recipient"
URGENT_CALL, WELFARE_CHECK = "urgent_call", "welfare_check"
Incident = dict[str, object]


def report_no_show(connection: Connection, call: Call, order_id: UUID, *, absent: str) -> Order:
    """Close an order to which one side did not come; an absent recipient opens a welfare check, and is never marked.

    Raises:
        ForbiddenError: neither staff here nor the other side.
        WrongOrderStateError: it is not taken, or service has begun.
        NoShowTooEarlyError: the waiting time is not over.
    """
    order = order_store.lock_order(connection, order_id)
    _refuse_who_may_not_report(connection, call, order, absent)
    refuse_unless_allowed(Verb.NO_SHOW, order.state)
    policy = policy_of_order(connection, order, call.now)
    from_then = order.start_at + timedelta(minutes=policy.number("noshow", "report_after_minutes"))
    if call.now < from_then:
        raise NoShowTooEarlyError(reportable_at=from_then.isoformat())
    missed = order.moved(Verb.NO_SHOW)
    if absent == VOLUNTEER:
        for volunteer_id in order.volunteer_ids:
            book_store.add_mark(connection, order_id, volunteer_id, "no_show", call.now)
    told = messages.no_show_recorded(missed, absent=absent, volunteer_id=order.volunteer_ids[0], by=call.caller_id)
    messages.publish_for(connection, missed, told, call.now)
    kept = keep(connection, order, missed, call.step(Verb.NO_SHOW, why=f"{absent} absent"))
    if absent == RECIPIENT:
        recipient = people_store.load_person(connection, order.recipient_id)
        _open_incident(connection, call, order_id, WELFARE_CHECK, recipient, order_id)
    return kept


def _refuse_who_may_not_report(connection: Connection, call: Call, order: Order, absent: str) -> None:
    refuse_auditor(call)
    in_own_right = call.acting_for is None
    if in_own_right and has_power(connection, call, "report_no_show", order.unit_id):
        return
    other_side = order.volunteer_ids if absent == RECIPIENT else (order.recipient_id,)
    if call.subject_id in other_side:
        reporter = people_store.load_person(connection, call.subject_id)
        speak_for(connection, call, reporter, GrantedAct.REPORT, subject_id=order.order_id)
    elif in_own_right:
        require_power(connection, call, "report_no_show", order.unit_id)
    else:
        raise ForbiddenError


def raise_urgent_call(connection: Connection, call: Call, incident_id: UUID, *, person_id: UUID) -> Incident:
    """Open an emergency for people to look at; anyone may call, and it is never queued for volunteers.

    Raises:
        IdReusedError: the id is taken.
    """
    refuse_auditor(call)
    person = people_store.load_person(connection, person_id)
    if order_store.find_order(connection, incident_id) is not None:
        raise IdReusedError
    _open_incident(connection, call, incident_id, URGENT_CALL, person, None)
    return _incident(connection, incident_id)


def _open_incident(
    connection: Connection, call: Call, incident_id: UUID, kind: str, person: Person, order_id: UUID | None
) -> None:
    columns = {
        "incident_id": incident_id,
        "kind": kind,
        "state": "escalated",
        "person_id": person.person_id,
        "order_id": order_id,
        "unit_id": person.home_unit_id,
        "district_id": person.district_id,
        "opened_by": call.caller_id,
        "opened_at": call.now,
        "outcome": "",
    }
    if not book_store.add_incident(connection, columns):
        raise IdReusedError
    told = messages.incident_opened(
        incident_id=incident_id,
        district_id=person.district_id,
        kind=kind,
        person_id=person.person_id,
        order_id=order_id,
    )
    _publish(connection, told, person.district_id, incident_id, call.now)


def close_incident(connection: Connection, call: Call, incident_id: UUID, *, outcome: str) -> Incident:
    """Record how an incident ended.

    Raises:
        ForbiddenError: not an operator who reaches the person's unit.
        WrongOrderStateError: it is closed.
    """
    incident = book_store.lock_incident(connection, incident_id)
    require_power(connection, call, "close_incident", incident["unit_id"])
    if incident["state"] == "closed":
        raise WrongOrderStateError(state="closed")
    book_store.close_incident(connection, incident_id, outcome=outcome, by=call.caller_id, at=call.now)
    district_id = incident["district_id"]
    told = messages.incident_closed(
        incident_id=incident_id, district_id=district_id, outcome=outcome, by=call.caller_id
    )
    _publish(connection, told, district_id, incident_id, call.now)
    return _incident(connection, incident_id)


def _publish(
    connection: Connection, told: messages.Message, district_id: UUID, incident_id: UUID, now: datetime
) -> None:
    messages.publish(connection, told, district_id=district_id, subject=incident_id, at=now)


def _incident(connection: Connection, incident_id: UUID) -> Incident:
    found = book_store.find_incident(connection, incident_id)
    assert found is not None
    return dict(found)
