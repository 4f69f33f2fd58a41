"""The duty roster, and an urgent call on its way from one person on duty to the next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.db.rows import delete_rows
from libs.errors import ForbiddenError, IdReusedError, PersonSuspendedError
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.refusals import PolicyMissingError, RecordNotFoundError
from libs.programme.words import Role
from services.orders.core.messages import tell
from services.orders.core.store import deadline_store, people_store, unit_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import deadline
from services.orders.core.usecases.command_context import (
    CommandContext,
    has_power,
    refuse_auditor,
    require_power,
    require_power_somewhere,
)
from services.orders.duty import rules, store
from services.orders.duty.messages import DutyAcknowledged, DutyCalled, DutyUnanswered
from services.orders.duty.refusals import CallAnsweredError, CallEndedError, NotForDutyError
from services.orders.duty.rules import CallState, Ring, RingAnswer, Span
from services.orders.duty.store import DutyCall

DUTY_ANSWER = "duty_answer"
GIVEN_MAX = 200
"""How many times on duty move at once."""
ANSWER_MINUTES, ROUNDS = 2, 2
"""Where a district has no rules yet, an urgent call still goes round."""


@dataclass(frozen=True)
class TimeOnDuty:
    """Who is on duty where, when, and called in which order."""

    unit_id: UUID
    person_id: UUID
    span: Span
    rank: int


def set_duty(connection: Connection, context: CommandContext, entry_id: UUID, wanted: TimeOnDuty) -> Row:
    """Put somebody on the roster of a unit; times may overlap.

    Raises:
        ForbiddenError, OutOfScopeError: no coordinator of the unit.
        RecordNotFoundError: nobody of the unit's district.
        PersonSuspendedError: the person may do nothing new.
        NotForDutyError: the person gives no help and holds no office.
        DutyOutOfRangeError: as its name says.
        IdReusedError: the id is taken.
    """
    require_power_somewhere(context, "set_duty_roster")
    require_power(connection, context, "set_duty_roster", wanted.unit_id)
    somebody = people_store.load_person(connection, wanted.person_id)
    if somebody.district_id not in unit_store.path_of(connection, wanted.unit_id):
        raise RecordNotFoundError(person_id=wanted.person_id)
    if not somebody.is_active:
        raise PersonSuspendedError
    if not somebody.roles - {Role.RECIPIENT}:
        raise NotForDutyError
    rules.refuse_out_of_range(wanted.span, now=context.now)
    entry = {
        "entry_id": entry_id,
        "unit_id": wanted.unit_id,
        "district_id": somebody.district_id,
        "person_id": wanted.person_id,
        "starts_at": wanted.span.start_at,
        "ends_at": wanted.span.end_at,
        "rank": wanted.rank,
        "set_by": context.caller_id,
        "set_at": context.now,
        "ended_by": None,
    }
    if not store.add_entry(connection, entry):
        raise IdReusedError
    return entry


def end_duty(connection: Connection, context: CommandContext, entry_id: UUID) -> Row:
    """Take a time on duty back, by the coordinator or by whom it binds; what has been of it stays.

    Raises:
        ForbiddenError, OutOfScopeError: neither.
        RecordNotFoundError: there is none.
        DutyOutOfRangeError: it is over.
    """
    refuse_auditor(context)
    seen = store.read_entry(connection, entry_id)
    if seen["person_id"] != context.caller_id:
        require_power_somewhere(context, "set_duty_roster")
        require_power(connection, context, "set_duty_roster", seen["unit_id"])
    entry = dict(store.lock_entry(connection, entry_id))
    rules.refuse_out_of_range(Span(entry["starts_at"], entry["ends_at"]), now=context.now)
    entry |= {"ends_at": max(entry["starts_at"], context.now), "ended_by": context.caller_id}
    store.end_entry(connection, entry_id, ends_at=entry["ends_at"], by=context.caller_id)
    return entry


def give_duty(
    connection: Connection, cause: Cause, *, from_id: UUID, to_id: UUID, unit_ids: Collection[UUID], by: UUID
) -> tuple[int, int]:
    """Let somebody be on duty in the place of somebody else from now on; return how many times moved, and stayed.

    What has been of a time stays with who served it. An urgent call that waits for who is off duty now goes on.
    """
    receiver = people_store.find_person(connection, to_id)
    entries = store.open_of(connection, from_id, unit_ids, cause.now, limit=GIVEN_MAX)
    if receiver is None or not store.serves(connection, to_id):
        return 0, len(entries)
    fit = [of for of in entries if receiver.district_id in unit_store.path_of(connection, of["unit_id"])]
    for entry in fit:
        starts_at = max(entry["starts_at"], cause.now)
        store.end_entry(connection, entry["entry_id"], ends_at=starts_at, by=by)
        given = {"person_id": to_id, "starts_at": starts_at, "set_by": by, "set_at": cause.now}
        new_id = id_from_cause(cause.cause, "duty", str(entry["entry_id"]))
        store.add_entry(connection, {**entry, **given, "entry_id": new_id})
    if fit and not store.is_on_duty(connection, from_id, cause.now):
        skip_waiting(connection, cause, from_id)
    return len(fit), len(entries) - len(fit)


def call_duty(connection: Connection, cause: Cause, call: DutyCall) -> DutyCall:
    """Tell the first on duty of an urgent call, at once; where nobody is, the call says so."""
    store.add_call(connection, call)
    return _call_next(connection, cause, call)


def call_next(connection: Connection, due: Deadline) -> None:
    """Go on to the next on duty, where the one who was told has not answered in time."""
    call = store.lock_call(connection, due.subject_id)
    still_due = deadline_store.remove_deadline(connection, due)
    if call is not None and still_due and call.state is CallState.CALLING and call.ended_at is None:
        _call_after(connection, due, call, RingAnswer.SILENT)


def skip_unreached(connection: Connection, cause: Cause, incident_id: UUID, person_id: UUID) -> None:
    """Go on at once, where whoever is to be told cannot be."""
    call = store.lock_call(connection, incident_id)
    if call is None or call.state is not CallState.CALLING or call.ended_at is not None:
        return
    if call.rings and call.rings[-1].person_id == person_id and call.rings[-1].answer is RingAnswer.WAITING:
        _forget_deadline(connection, incident_id)
        _call_after(connection, cause, call, RingAnswer.UNREACHED)


def skip_who_left(connection: Connection, cause: Cause, person_id: UUID) -> None:
    """Go on at once with what waits for somebody who is on duty nowhere any more."""
    if not store.serves(connection, person_id):
        skip_waiting(connection, cause, person_id)


def skip_waiting(connection: Connection, cause: Cause, person_id: UUID) -> None:
    """Let no urgent call wait for somebody any more: the next one is told."""
    for incident_id in store.calls_waiting_for(connection, person_id):
        skip_unreached(connection, cause, incident_id, person_id)


def acknowledge_call(connection: Connection, context: CommandContext, incident_id: UUID) -> DutyCall:
    """Answer an urgent call: whoever was told of it, or the desk of the unit. Nobody else is told then.

    Raises:
        ForbiddenError: neither; nor is anybody told whether there is such a call.
        CallEndedError, CallAnsweredError: as their names say.
    """
    refuse_auditor(context)
    # Whoever may not answer holds nobody up.
    seen = store.calls_of(connection, [incident_id]).get(incident_id)
    is_told = seen is not None and any(ring.person_id == context.caller_id for ring in seen.rings)
    if seen is None or not (is_told or has_power(connection, context, "answer_urgent_call", seen.unit_id)):
        raise ForbiddenError
    call = store.lock_call(connection, incident_id) or seen
    own_rings = [ring for ring in call.rings if ring.person_id == context.caller_id]
    if call.ended_at is not None:
        raise CallEndedError
    if call.state is CallState.ACKNOWLEDGED:
        raise CallAnsweredError
    if own_rings:
        store.answer_ring(connection, incident_id, own_rings[-1].number, RingAnswer.ACKNOWLEDGED)
    values = {
        "state": CallState.ACKNOWLEDGED,
        "acknowledged_by": context.caller_id,
        "acknowledged_at": context.now,
    }
    store.change_call(connection, incident_id, **values)
    _forget_deadline(connection, incident_id)
    answered = DutyAcknowledged(incident_id, call.district_id, context.caller_id, call.caller_id, call.person_id)
    tell(connection, context, answered)
    return store.calls_of(connection, [incident_id])[incident_id]


def end_call(connection: Connection, context: CommandContext, incident_id: UUID) -> None:
    """Tell nobody any more: it is over."""
    if store.lock_call(connection, incident_id) is not None:
        store.change_call(connection, incident_id, ended_at=context.now)
        _forget_deadline(connection, incident_id)


def _call_after(connection: Connection, cause: Cause, call: DutyCall, answer: RingAnswer) -> None:
    store.answer_ring(connection, call.incident_id, call.rings[-1].number, answer)
    _call_next(connection, cause, store.calls_of(connection, [call.incident_id])[call.incident_id])


def _call_next(connection: Connection, cause: Cause, call: DutyCall) -> DutyCall:
    """Tell whoever is next; when nobody is, the caller is told to dial 120."""
    minutes, rounds = _bounds(connection, cause, call)
    path = unit_store.path_of(connection, call.unit_id)
    on_duty = [
        duty
        for duty in store.on_duty(connection, path, now=cause.now)
        if duty.person_id not in (call.person_id, call.caller_id)
    ]
    following = rules.next_to_call(rules.order_of_call(on_duty, path), call.rings, rounds=rounds)
    if following is None:
        _leave_unanswered(connection, cause, call)
    else:
        person_id, number = following
        answer_by = cause.now + timedelta(minutes=minutes)
        ring = Ring(len(call.rings) + 1, person_id, number, cause.now, answer_by, RingAnswer.WAITING)
        store.add_ring(connection, call.incident_id, ring)
        deadlines = {DUTY_ANSWER: answer_by}
        deadline_store.replace_deadlines(connection, {call.incident_id: deadlines}, kinds=(DUTY_ANSWER,))
        called = DutyCalled(
            call.incident_id, call.district_id, person_id, ring.number, number, answer_by, call.person_id
        )
        tell(connection, cause, called)
    return store.calls_of(connection, [call.incident_id])[call.incident_id]


def _leave_unanswered(connection: Connection, cause: Cause, call: DutyCall) -> None:
    state = CallState.UNANSWERED if call.rings else CallState.NOBODY_ON_DUTY
    store.change_call(connection, call.incident_id, state=state)
    tell(connection, cause, DutyUnanswered(call.incident_id, call.district_id, call.caller_id, state))


def _bounds(connection: Connection, cause: Cause, call: DutyCall) -> tuple[int, int]:
    """Return how many minutes one has to answer, and how many rounds there are."""
    try:
        policy = people_store.policy_on(connection, call.district_id, local_date(cause.now))
    except PolicyMissingError:
        return ANSWER_MINUTES, ROUNDS
    return policy.urgent.answer_within_minutes, policy.urgent.rounds


def _forget_deadline(connection: Connection, incident_id: UUID) -> None:
    delete_rows(connection, deadline, subject_id=incident_id, kind=DUTY_ANSWER)
