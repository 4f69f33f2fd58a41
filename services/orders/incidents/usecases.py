"""The incidents that people must look at: urgent calls and welfare checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from libs.clock import local_date, local_midnight
from libs.db import Connection
from libs.errors import ForbiddenError, IdReusedError
from libs.programme.acting_grants import GrantedAct
from services.orders.core.messages import tell
from services.orders.core.refusals import WrongOrderStateError
from services.orders.core.rules.deadlines import INCIDENT_PLACE
from services.orders.core.rules.people import Person, Place
from services.orders.core.store import deadline_store, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import (
    CommandContext,
    has_power,
    refuse_auditor,
    require_power,
    require_power_somewhere,
)
from services.orders.duty.rules import CallState
from services.orders.duty.store import DutyCall
from services.orders.duty.usecases import call_duty, end_call
from services.orders.incidents import store
from services.orders.incidents.messages import IncidentClosed, IncidentOpened
from services.orders.incidents.rules import (
    Concern,
    How,
    IncidentKind,
    IncidentState,
    refuse_stranger,
    refuse_too_many,
)
from services.orders.welfare.refusals import EndingRequiredError
from services.orders.welfare.rules import FIRST, CheckState, Ending, StepOutcome, WelfareCheck
from services.orders.welfare.usecases import begin_check, end_check, report_step, require_told

Incident = dict[str, object]


@dataclass(frozen=True)
class Emergency:
    """What a caller says: about whom, or where and what."""

    kind: IncidentKind = IncidentKind.URGENT_CALL
    person_id: UUID | None = None
    place: Place | None = None
    words: str = ""


def raise_urgent_call(
    connection: Connection, context: CommandContext, incident_id: UUID, emergency: Emergency
) -> Incident:
    """Open an emergency and tell who is on duty at once; it is never queued for volunteers.

    Whoever has no reason to know of the person names none: the call then goes to the caller's own community.

    Raises:
        ForbiddenError: the person named is none of the caller's concern, or unknown.
        Refusal: as `require_acting_for`, where it is raised for somebody; anybody may raise it in their own name.
        IncidentsExceededError: the caller opened too many within the hour.
        IdReusedError: the id is taken.
    """
    refuse_auditor(context)
    caller = people_store.find_person(connection, context.caller_id)
    if caller is None:
        raise ForbiddenError
    named = _named(connection, context, emergency.person_id)
    if named is not None and context.is_for_another:
        require_acting_for(connection, context, named, GrantedAct.REPORT, subject_id=incident_id, is_emergency=True)
    order_store.lock_person(connection, context.caller_id)
    since = context.now - timedelta(hours=1)
    opened = store.incidents_opened_by(connection, context.caller_id, since=since)
    refuse_too_many(opened_last_hour=opened, is_staff=context.holds("view_orders"))
    if order_store.find_order(connection, incident_id) is not None:
        raise IdReusedError
    concerned = named or caller
    open_incident(connection, context, incident_id, emergency, concerned)
    call_duty(
        connection,
        context,
        DutyCall(
            incident_id=incident_id,
            unit_id=concerned.home_unit_id,
            district_id=concerned.district_id,
            person_id=emergency.person_id,
            caller_id=context.caller_id,
            state=CallState.CALLING,
            opened_at=context.now,
        ),
    )
    return _incident(connection, incident_id)


def _named(connection: Connection, context: CommandContext, person_id: UUID | None) -> Person | None:
    """Return the person named, None where nobody was."""
    if context.acting_for not in (None, context.caller_id, person_id):
        raise ForbiddenError
    if person_id is None:
        return None
    person = people_store.find_person(connection, person_id)
    refuse_stranger(Concern() if person is None else _concern(connection, context, person))
    return person


def _concern(connection: Connection, context: CommandContext, person: Person) -> Concern:
    today = local_midnight(local_date(context.now))
    return Concern(
        is_self=context.caller_id == person.person_id,
        is_relative=_is_relative(connection, context, person),
        serves_today=store.serves_between(
            connection, context.caller_id, person.person_id, start=today, end=today + timedelta(days=1)
        ),
        is_staff_here=has_power(connection, context, "view_orders", person.home_unit_id),
    )


def _is_relative(connection: Connection, context: CommandContext, person: Person) -> bool:
    caller = people_store.find_person(connection, context.caller_id)
    relations = people_store.relations_of(connection, person.person_id)
    is_kin = caller is not None and relations.are_verified_kin(caller, person)
    return is_kin or person.person_id in people_store.seen_by(connection, context.caller_id, local_date(context.now))


def open_incident(
    connection: Connection,
    context: CommandContext,
    incident_id: UUID,
    emergency: Emergency,
    person: Person,
    *,
    order_id: UUID | None = None,
) -> None:
    """Open an incident in the community of a person: of who is named, else of the caller.

    Raises:
        IdReusedError: the id is taken.
    """
    columns = {
        "incident_id": incident_id,
        "kind": emergency.kind,
        "state": IncidentState.ESCALATED,
        "person_id": emergency.person_id,
        "order_id": order_id,
        "unit_id": person.home_unit_id,
        "district_id": person.district_id,
        "latitude_e6": emergency.place.latitude_e6 if emergency.place else None,
        "longitude_e6": emergency.place.longitude_e6 if emergency.place else None,
        "words": emergency.words,
        "opened_by": context.caller_id,
        "opened_at": context.now,
        "acting_for": context.acting_for,
        "consent": context.consent.to_json() if context.consent else None,
        "why": context.why,
        "outcome": "",
    }
    if not store.add_incident(connection, columns):
        raise IdReusedError
    opened = IncidentOpened(incident_id, person.district_id, emergency.kind, emergency.person_id, order_id)
    tell(connection, context, opened)
    if emergency.kind is IncidentKind.WELFARE_CHECK:
        unit_id, district_id = person.home_unit_id, person.district_id
        check = WelfareCheck(incident_id, unit_id, district_id, person.person_id, FIRST, context.now)
        begin_check(connection, context, check)


def report_welfare_step(
    connection: Connection, context: CommandContext, incident_id: UUID, *, number: int, outcome: StepOutcome
) -> Incident:
    """Say what came of a step; who may close it, and reached the person well, has closed it.

    Raises:
        Refusal: as `report_step`.
    """
    require_told(connection, context, incident_id)
    incident = dict(store.lock_incident(connection, incident_id))
    check = report_step(connection, context, incident_id, number=number, outcome=outcome)
    if check.check.state is CheckState.REACHED and has_power(
        connection, context, "close_incident", incident["unit_id"]
    ):
        _end(connection, context, incident, How("", Ending.WELL))
    return _incident(connection, incident_id)


def close_incident(connection: Connection, context: CommandContext, incident_id: UUID, how: How) -> Incident:
    """Record how an incident ended.

    Raises:
        ForbiddenError: not an operator who reaches the incident's unit.
        WrongOrderStateError: it is closed.
        EndingRequiredError: of a welfare check it is not said in a word.
    """
    require_power_somewhere(context, "close_incident")
    incident = store.lock_incident(connection, incident_id)
    require_power(connection, context, "close_incident", incident["unit_id"])
    if incident["state"] == IncidentState.CLOSED:
        raise WrongOrderStateError(state=IncidentState.CLOSED)
    if how.ending is None and incident["kind"] == IncidentKind.WELFARE_CHECK:
        raise EndingRequiredError
    _end(connection, context, dict(incident), how)
    return _incident(connection, incident_id)


def _end(connection: Connection, context: CommandContext, incident: Incident, how: How) -> None:
    incident_id, district_id = UUID(str(incident["incident_id"])), UUID(str(incident["district_id"]))
    store.close_incident(connection, incident_id, how, by=context.caller_id, at=context.now)
    _let_place_be_forgotten(connection, context, incident)
    end_call(connection, context, incident_id)
    end_check(connection, context, incident_id)
    tell(connection, context, IncidentClosed(incident_id, district_id, context.caller_id))


def _let_place_be_forgotten(connection: Connection, context: CommandContext, incident: Incident) -> None:
    if incident["latitude_e6"] is not None:
        policy = people_store.policy_on(connection, UUID(str(incident["district_id"])), local_date(context.now))
        at = context.now + timedelta(days=policy.retention.location_days)
        deadline_store.add_deadline(connection, Deadline(UUID(str(incident["incident_id"])), INCIDENT_PLACE, at))


def forget_place_of_incident(connection: Connection, due: Deadline) -> None:
    """Delete where somebody was when they called for help, days after it ended."""
    deadline_store.remove_deadline(connection, due)
    store.forget_place(connection, due.subject_id)


def _incident(connection: Connection, incident_id: UUID) -> Incident:
    row = store.find_incident(connection, incident_id)
    assert row is not None
    return dict(row)
