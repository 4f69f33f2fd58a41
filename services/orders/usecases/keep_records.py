"""Older service records taken over by two people, certificates, care visits, and the answer to an erasure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from libs.db import Connection
from libs.errors import ConflictError, IdReusedError
from libs.ids import new_id
from libs.programme.acting_grants import GrantedAct
from services.orders import messages
from services.orders.domain.errors import ForbiddenError, MakerIsCheckerError
from services.orders.domain.people import Person
from services.orders.store import book_store, order_store, people_store, visit_store
from services.orders.store.book_store import Verdict
from services.orders.usecases.calling import Call, has_power, load_subject, refuse_auditor, require_power, speak_for

Fields = dict[str, object]
OPEN_OBLIGATIONS = "open_obligations"

SEEN = "seen"


def propose_record(
    connection: Connection,
    call: Call,
    record_id: UUID,
    *,
    person_id: UUID,
    minutes: int,
    served_on: date,
    scan: str | None,
) -> Fields:
    """Propose to take over an older record of service.

    Raises:
        ForbiddenError: not a district administrator who reaches the person's unit.
        IdReusedError: the id is taken.
    """
    person = load_subject(connection, call, person_id)
    require_power(connection, call, "import_service_record", person.home_unit_id)
    columns: Fields = {
        "record_id": record_id,
        "person_id": person_id,
        "minutes": minutes,
        "served_on": served_on,
        "scan": scan,
        "proposed_by": call.caller_id,
        "proposed_at": call.now,
    }
    if not book_store.add_proposal(connection, columns):
        raise IdReusedError
    return columns | {"state": "proposed"}


def decide_record(connection: Connection, call: Call, record_id: UUID, *, ok: bool, why: str) -> Fields:
    """Decide, as the second person: yes takes the record over, verified minutes of an older book; no closes it.

    Raises:
        ForbiddenError: not a city administrator.
        MakerIsCheckerError: the proposer themself.
        ConflictError: it was decided before.
    """
    proposal = book_store.lock_proposal(connection, record_id)
    person = people_store.load_person(connection, proposal["person_id"])
    require_power(connection, call, "import_service_record_decide", person.home_unit_id)
    if proposal["proposed_by"] == call.caller_id:
        raise MakerIsCheckerError
    if proposal["decided_by"] is not None:
        raise ConflictError
    verdict = Verdict(accepted=ok, by=call.caller_id, at=call.now, why=why)
    book_store.decide_proposal(connection, record_id, verdict)
    if ok:
        _take_over(connection, call, dict(proposal), person)
    return dict(proposal) | verdict.columns | {"state": "decided" if ok else "declined"}


def _take_over(connection: Connection, call: Call, proposal: Mapping[str, Any], person: Person) -> None:
    record_id = proposal["record_id"]
    columns = {
        "record_id": record_id,
        "person_id": person.person_id,
        "kind": "imported",
        "minutes": proposal["minutes"],
        "evidence_class": "verified",
        "served_on": proposal["served_on"],
        "recorded_at": call.now,
    }
    book_store.add_record(connection, columns)
    told = messages.service_time_recorded(
        record_id=record_id,
        district_id=person.district_id,
        person_id=person.person_id,
        minutes=proposal["minutes"],
        served_on=proposal["served_on"],
        proposed_by=proposal["proposed_by"],
        decided_by=call.caller_id,
    )
    messages.publish(connection, told, district_id=person.district_id, subject=person.person_id, at=call.now)


def issue_certificate(connection: Connection, call: Call, certificate_id: UUID, *, person_id: UUID) -> Fields:
    """Issue the free certificate of a volunteer's service, with a code that anyone can check.

    Raises:
        ForbiddenError: neither the volunteer, someone acting for them, nor a coordinator of their unit.
    """
    person = load_subject(connection, call, person_id)
    if call.acting_for is None and call.caller_id != person_id:
        require_power(connection, call, "issue_certificate", person.home_unit_id)
    else:
        speak_for(connection, call, person, GrantedAct.SERVE, subject_id=certificate_id)
    time = book_store.service_time_of(connection, person_id)
    columns: Fields = {
        "certificate_id": certificate_id,
        "person_id": person_id,
        "minutes": time.total_minutes,
        "verified_minutes": time.verified_minutes,
        "first_on": time.first_on,
        "last_on": time.last_on,
        "issued_by": call.caller_id,
        "issued_at": call.now,
        "acting_for": call.acting_for,
        "consent": call.consent.to_json() if call.consent else None,
        "why": call.why,
    }
    salt = new_id().hex
    columns["verification_code"] = f"{salt}-{certificate_digest(columns, salt)}"
    if not book_store.add_certificate(connection, columns):
        raise IdReusedError
    found = book_store.find_certificate(connection, certificate_id)
    assert found is not None
    return dict(found)


def certificate_digest(columns: Fields, salt: str) -> str:
    """Return the digest that a certificate's code carries: of what it says, and a salt."""
    said = [str(columns[name]) for name in ("certificate_id", "person_id", "minutes", "verified_minutes")]
    return hashlib.sha256("/".join([*said, salt]).encode()).hexdigest()[:32]


def record_visit(
    connection: Connection, call: Call, visit_id: UUID, *, person_id: UUID, how: str, outcome: str
) -> Fields:
    """Record a care visit; nobody answering is kept, but is no visit and no event.

    Raises:
        ForbiddenError: neither a coordinator of the person's unit nor a volunteer of their district.
    """
    person = load_subject(connection, call, person_id)
    _refuse_who_may_not_visit(connection, call, person)
    columns: Fields = {
        "visit_id": visit_id,
        "person_id": person_id,
        "how": how,
        "outcome": outcome,
        "visited_at": call.now,
        "recorded_by": call.caller_id,
        "reversed": False,
    }
    if not visit_store.add_visit(connection, columns):
        raise IdReusedError
    if outcome == SEEN:
        told = messages.visit_recorded(
            visit_id=visit_id,
            district_id=person.district_id,
            person_id=person_id,
            how=how,
            outcome=outcome,
            by=call.caller_id,
        )
        messages.publish(connection, told, district_id=person.district_id, subject=person_id, at=call.now)
    return columns


def _refuse_who_may_not_visit(connection: Connection, call: Call, person: Person) -> None:
    refuse_auditor(call)
    if has_power(connection, call, "record_visit", person.home_unit_id):
        return
    visitor = people_store.find_person(connection, call.caller_id)
    is_volunteer = visitor is not None and visitor.is_active and "volunteer" in visitor.roles
    if visitor is None or not is_volunteer:
        require_power(connection, call, "record_visit", person.home_unit_id)
    elif visitor.district_id != person.district_id or visitor.person_id == person.person_id:
        raise ForbiddenError


def erasure_code(connection: Connection, person_id: UUID) -> str:
    """Return the code of what stands against ending the use of a person's data; empty = nothing."""
    return OPEN_OBLIGATIONS if order_store.has_open_orders(connection, person_id) else ""
