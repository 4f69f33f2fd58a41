"""Say who visits whom, and record a care visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError, Refusal
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.words import EvidenceClass, Role
from services.orders.core.messages import tell
from services.orders.core.rules.people import Person
from services.orders.core.store import order_store, people_store
from services.orders.core.store.rows import Fields, Row
from services.orders.core.usecases.command_context import (
    CommandContext,
    has_power,
    load_subject,
    refuse_auditor,
    require_power,
    require_power_somewhere,
)
from services.orders.incidents.rules import IncidentKind
from services.orders.incidents.usecases import Emergency, open_incident
from services.orders.visits import store
from services.orders.visits.messages import VisitorAssigned, VisitorReleased, VisitRecorded
from services.orders.visits.refusals import (
    FindingsUnseenError,
    NotOnVisitListError,
    TooManyToVisitError,
    VisitorUnfitError,
)
from services.orders.visits.rules import ASSIGNED, PEOPLE_MAX, opens_alarm

SEEN, POWER = "seen", "record_visit"


def assign_visitor(
    connection: Connection, context: CommandContext, person_id: UUID, *, visitor_id: UUID | None
) -> Fields:
    """Say who visits a person on the list for the next 180 days, in the place of who did; nobody, when none is named.

    Raises:
        ForbiddenError, OutOfScopeError: not a coordinator of the person's unit.
        NotOnVisitListError: nobody is to visit them regularly.
        VisitorUnfitError: no active volunteer of the district, or the person themself.
        TooManyToVisitError: the volunteer has enough people.
    """
    require_power_somewhere(context, POWER)
    person = load_subject(connection, context, person_id)
    require_power(connection, context, POWER, person.home_unit_id)
    order_store.lock_person(connection, person_id)
    before = store.visitor_of(connection, person_id)
    if before is not None:
        store.end_visitor(connection, person_id)
        tell(connection, context, VisitorReleased(before["assignment_id"], person.district_id, person_id))
    if visitor_id is not None:
        _assign(connection, context, person, visitor_id)
    return {"person_id": person_id, "visitor_id": visitor_id}


def give_visits(
    connection: Connection, cause: Cause, *, from_id: UUID, to_id: UUID, unit_ids: Sequence[UUID], by: UUID
) -> tuple[int, int]:
    """Let somebody visit whom somebody else did; return how many went over, and how many stayed."""
    theirs = store.assigned_to(from_id, since=cause.now - ASSIGNED)
    assigned = store.assigned_in(connection, unit_ids, theirs, limit=PEOPLE_MAX)
    for row in assigned:
        order_store.lock_person(connection, row.person_id)
    moved = 0
    for row in assigned:
        before = store.visitor_of(connection, row.person_id)
        person = people_store.find_person(connection, row.person_id)
        if person is None or before is None or before["visitor_id"] != from_id:
            continue  # A coordinator has said who visits them meanwhile.
        try:
            refuse_unfit_visitor(connection, person, to_id)
        except Refusal:
            continue
        tell(connection, cause, VisitorReleased(before["assignment_id"], person.district_id, person.person_id))
        _save_visitor(connection, cause, person, to_id, by=by)
        moved += 1
    return moved, len(assigned) - moved


def _assign(connection: Connection, context: CommandContext, person: Person, visitor_id: UUID) -> None:
    refuse_unfit_visitor(connection, person, visitor_id)
    _save_visitor(connection, context, person, visitor_id, by=context.caller_id)


def refuse_unfit_visitor(connection: Connection, person: Person, visitor_id: UUID) -> None:
    """Refuse who may not visit a person; whoever gives this visitor another person at this moment waits.

    Raises:
        NotOnVisitListError, VisitorUnfitError, TooManyToVisitError
    """
    if not store.is_on_list(connection, person.person_id):
        raise NotOnVisitListError
    visitor = people_store.find_person(connection, visitor_id)
    if visitor is None or not _is_fit(visitor, person):
        raise VisitorUnfitError
    order_store.lock_person(connection, visitor_id)
    if store.count_people_of(connection, visitor_id) >= PEOPLE_MAX:
        raise TooManyToVisitError(people_max=PEOPLE_MAX)


def _save_visitor(connection: Connection, cause: Cause, person: Person, visitor_id: UUID, *, by: UUID) -> None:
    assignment_id = id_from_cause(cause.cause, "visitor", str(person.person_id))
    row = {
        "person_id": person.person_id,
        "assignment_id": assignment_id,
        "visitor_id": visitor_id,
        "assigned_by": by,
        "assigned_at": cause.now,
    }
    store.assign_visitor(connection, row)
    ends_at = cause.now + ASSIGNED
    tell(
        connection,
        cause,
        VisitorAssigned(assignment_id, person.district_id, person.person_id, visitor_id, by, ends_at),
    )


def _is_fit(visitor: Person, person: Person) -> bool:
    is_volunteer = visitor.is_active and Role.VOLUNTEER in visitor.roles
    return is_volunteer and visitor.district_id == person.district_id and visitor.person_id != person.person_id


def record_visit(
    connection: Connection,
    context: CommandContext,
    visit_id: UUID,
    *,
    person_id: UUID,
    how: str,
    outcome: str,
    findings: Sequence[str],
) -> Fields:
    """Record a care visit; nobody answering is kept, but is no visit and no event.

    What cannot wait opens an alarm: something found of health or safety, or no answer of somebody at high risk.

    Raises:
        ForbiddenError: neither a coordinator of the person's unit nor who is assigned to visit them.
        FindingsUnseenError: something is said of whom nobody saw.
    """
    person = load_subject(connection, context, person_id)
    _refuse_who_may_not_visit(connection, context, person)
    if findings and outcome != SEEN:
        raise FindingsUnseenError
    columns: Fields = {
        "visit_id": visit_id,
        "person_id": person_id,
        "how": how,
        "outcome": outcome,
        "visited_at": context.now,
        "recorded_at": context.now,
        "recorded_by": context.caller_id,
        "reversed": False,
        "findings": sorted(findings),
        "proof": EvidenceClass.ATTESTED,
    }
    if not store.add_visit(connection, columns):
        raise IdReusedError
    if outcome == SEEN:
        recorded = VisitRecorded(visit_id, person.district_id, person_id, how, outcome, context.caller_id)
        tell(connection, context, recorded)
    risk = store.risk_of(connection, person_id)
    if opens_alarm(seen=outcome == SEEN, findings=findings, risk=risk):
        emergency = Emergency(kind=IncidentKind.WELFARE_CHECK, person_id=person_id)
        open_incident(connection, context, visit_id, emergency, person)
    return columns


def _refuse_who_may_not_visit(connection: Connection, context: CommandContext, person: Person) -> None:
    refuse_auditor(context)
    if has_power(connection, context, POWER, person.home_unit_id):
        return
    assigned = store.visitor_of(connection, person.person_id)
    caller = people_store.find_person(connection, context.caller_id)
    if assigned is None or caller is None or not _visits(assigned, caller, person, context.now):
        require_power(connection, context, POWER, person.home_unit_id)


def _visits(assigned: Row, caller: Person, person: Person, now: datetime) -> bool:
    is_theirs = assigned["visitor_id"] == caller.person_id and now < assigned["assigned_at"] + ASSIGNED
    return is_theirs and _is_fit(caller, person)
