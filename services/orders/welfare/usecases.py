"""A welfare check on its way from step to step; what nobody does goes on by itself, and one higher is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.db.rows import delete_rows
from libs.errors import ForbiddenError
from libs.events import Cause
from libs.programme.refusals import PolicyMissingError
from libs.programme.words import Kinship
from services.orders.core.messages import tell
from services.orders.core.store import deadline_store, people_store, unit_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.tables import deadline
from services.orders.core.usecases.command_context import CommandContext, has_power, refuse_auditor
from services.orders.duty.rules import order_of_call
from services.orders.duty.store import on_duty
from services.orders.welfare import rules, store
from services.orders.welfare.messages import WelfareStepOpened
from services.orders.welfare.refusals import CheckEndedError, StepPassedError, StepTakenError
from services.orders.welfare.rules import (
    ABOVE,
    DESK,
    Check,
    CheckState,
    Rung,
    Step,
    StepOutcome,
    WelfareCheck,
    WhyAbove,
)

WELFARE_STEP = "welfare_step"
POWER = "answer_urgent_call"


def begin_check(connection: Connection, cause: Cause, check: WelfareCheck) -> None:
    """Begin with the call: who is on duty is told at once, else the desk of the nearest unit that has one."""
    store.add_check(connection, check)
    _open_step(connection, cause, check, check.check, ())


def go_on(connection: Connection, due: Deadline) -> None:
    """Go on where nobody did anything in time, and tell who stands above."""
    check = store.lock_check(connection, due.subject_id)
    still_due = deadline_store.remove_deadline(connection, due)
    if check is None or not still_due or check.ended_at is not None or not rules.goes_on(check.check):
        return
    silence = StepOutcome.NOT_TAKEN if check.check.state is CheckState.WAITING else StepOutcome.NOT_REPORTED
    if check.step.outcome is None:
        store.change_step(connection, check.incident_id, check.step.number, outcome=silence)
    _move_on(connection, due, check, rules.silent(check.check), why_above=WhyAbove.SILENCE)


def take_step(connection: Connection, context: CommandContext, incident_id: UUID, *, number: int) -> WelfareCheck:
    """Say that one does a step: whoever was told of the check, or the desk of its unit. It is theirs then.

    Raises:
        ForbiddenError: neither; nor is anybody told whether there is such a check.
        CheckEndedError, StepPassedError, StepTakenError: as their names say.
    """
    check = _lock_for(connection, context, incident_id, number)
    if check.check.state not in rules.MAY_TAKE:
        raise StepTakenError
    report_by = context.now + _minutes(connection, context, check, check.step.rung)
    by = {"taken_by": context.caller_id, "taken_at": context.now, "answer_by": report_by}
    store.change_step(connection, incident_id, number, **by)
    store.save_check(connection, incident_id, rules.taken(check.check))
    _set_deadline(connection, incident_id, report_by)
    return _again(connection, incident_id)


def report_step(
    connection: Connection, context: CommandContext, incident_id: UUID, *, number: int, outcome: StepOutcome
) -> WelfareCheck:
    """Say what came of a step: whoever took it, or the desk; who was not reached goes to the next step at once.

    Raises:
        ForbiddenError: neither who took it, nor, where nobody did, who was told, nor the desk.
        CheckEndedError, StepPassedError, StepTakenError: as their names say.
    """
    check = _lock_for(connection, context, incident_id, number)
    if check.check.state not in rules.MAY_REPORT:
        raise StepPassedError
    takes = check.step.taken_by
    if takes not in (None, context.caller_id) and not has_power(connection, context, POWER, check.unit_id):
        raise StepTakenError
    said = {"outcome": outcome, "reported_by": context.caller_id, "reported_at": context.now}
    store.change_step(connection, incident_id, number, **said)
    moved = rules.reported(check.check, outcome)
    why_above = WhyAbove.NEEDS_HELP if moved.state is CheckState.NEEDS_HELP else None
    _move_on(connection, context, check, moved, why_above=why_above)
    return _again(connection, incident_id)


def end_check(connection: Connection, context: CommandContext, incident_id: UUID) -> None:
    """Tell nobody any more: it is over."""
    check = store.lock_check(connection, incident_id)
    if check is not None:
        ended = replace(check.check, state=CheckState.ENDED)
        store.save_check(connection, incident_id, ended, ended_at=context.now)
        _forget_deadline(connection, incident_id)


def require_told(connection: Connection, context: CommandContext, incident_id: UUID) -> WelfareCheck:
    """Return a check that is the caller's to look after, before anything is locked: they hold nobody up.

    Raises:
        ForbiddenError: they were not told of it and are not its desk, it is about them, or there is none.
    """
    refuse_auditor(context)
    seen = store.find_check(connection, incident_id)
    if seen is None or context.caller_id == seen.person_id:
        raise ForbiddenError
    is_told = context.caller_id in seen.told_ids
    if not is_told and not has_power(connection, context, POWER, seen.unit_id):
        raise ForbiddenError
    return seen


def _lock_for(connection: Connection, context: CommandContext, incident_id: UUID, number: int) -> WelfareCheck:
    seen = require_told(connection, context, incident_id)
    check = store.lock_check(connection, incident_id) or seen
    if check.ended_at is not None:
        raise CheckEndedError
    if check.check.number != number:
        raise StepPassedError
    return check


def _move_on(
    connection: Connection, cause: Cause, check: WelfareCheck, moved: Check, *, why_above: WhyAbove | None
) -> None:
    """Keep where a check has come to, and tell whoever that concerns."""
    above: tuple[UUID, ...] = ()
    if why_above is not None:
        moved, above = _who_stands_above(connection, check, moved, why_above)
    store.save_check(connection, check.incident_id, moved)
    if moved.number != check.check.number:
        _open_step(connection, cause, check, moved, above)
        return
    _forget_deadline(connection, check.incident_id)
    if above:
        _tell_above(connection, cause, check, above, why_above)


def _who_stands_above(
    connection: Connection, check: WelfareCheck, moved: Check, why_above: WhyAbove
) -> tuple[Check, tuple[UUID, ...]]:
    """Return who is told now; where nobody holds the office, whoever holds the next higher one is."""
    is_new = moved.above > check.check.above or why_above is WhyAbove.NEEDS_HELP
    path = unit_store.path_of(connection, check.unit_id)
    for level in range(moved.above, len(ABOVE) + 1) if is_new else ():
        people = rules.few_of(store.staff_of(connection, path, ABOVE[level - 1]), without=check.person_id)
        if people:
            return replace(moved, above=level), people
    return replace(moved, above=len(ABOVE)), ()


def _open_step(
    connection: Connection, cause: Cause, check: WelfareCheck, moved: Check, above_ids: tuple[UUID, ...]
) -> None:
    told_ids = _who_does(connection, cause, check, moved.rung)
    answer_by = cause.now + _minutes(connection, cause, check, moved.rung)
    step = Step(moved.number, moved.rung, cause.now, answer_by, told_ids=told_ids, above_ids=above_ids)
    store.add_step(connection, check.incident_id, step)
    _set_deadline(connection, check.incident_id, answer_by)
    _tell(connection, cause, check, step, above_ids, WhyAbove.SILENCE if above_ids else None)


def _tell_above(
    connection: Connection,
    cause: Cause,
    check: WelfareCheck,
    above_ids: tuple[UUID, ...],
    why_above: WhyAbove | None,
) -> None:
    """Tell who stands above of a step that is as it was; unless they do something, the next higher is told."""
    answer_by = cause.now + _minutes(connection, cause, check, check.step.rung)
    together = tuple(dict.fromkeys((*check.step.above_ids, *above_ids)))
    store.change_step(connection, check.incident_id, check.step.number, above_ids=list(together), answer_by=answer_by)
    _set_deadline(connection, check.incident_id, answer_by)
    step = replace(check.step, told_ids=(), answer_by=answer_by)
    _tell(connection, cause, check, step, above_ids, why_above)


def _tell(
    connection: Connection,
    cause: Cause,
    check: WelfareCheck,
    step: Step,
    above_ids: tuple[UUID, ...],
    why_above: WhyAbove | None,
) -> None:
    tell(
        connection,
        cause,
        WelfareStepOpened(
            check.incident_id,
            check.district_id,
            check.person_id,
            step.rung,
            step.told_ids,
            above_ids,
            why_above or "",
            step.answer_by,
        ),
    )


def _who_does(connection: Connection, cause: Cause, check: WelfareCheck, rung: Rung) -> tuple[UUID, ...]:
    """Return who is told of a step: its own people first, then who is on duty, else the desk."""
    path = unit_store.path_of(connection, check.unit_id)
    desk = order_of_call(on_duty(connection, path, now=cause.now), path) or store.staff_of(connection, path, DESK)
    if rung is Rung.CONTACT:
        return rules.few_of(_contacts_of(connection, check.person_id), desk, without=check.person_id)
    if rung is Rung.DOOR:
        visitors = store.visitors_of(connection, check.person_id)
        coordinators = store.staff_of(connection, path, ABOVE[0])
        return rules.few_of(visitors, desk, coordinators, without=check.person_id)
    return rules.few_of(desk, without=check.person_id)


def _contacts_of(connection: Connection, person_id: UUID) -> list[UUID]:
    """Return the relatives whose relation somebody verified."""
    relations = people_store.relations_of(connection, person_id).known
    verified = [row for row in relations if row.verified and row.kind != Kinship.FRIEND]
    others = [row.relative_id if row.person_id == person_id else row.person_id for row in verified]
    people = people_store.find_people(connection, others)
    return [somebody.person_id for somebody in people if somebody.is_active]


def _set_deadline(connection: Connection, incident_id: UUID, at: datetime) -> None:
    deadlines = {incident_id: {WELFARE_STEP: at}}
    deadline_store.replace_deadlines(connection, deadlines, kinds=(WELFARE_STEP,))


def _forget_deadline(connection: Connection, incident_id: UUID) -> None:
    delete_rows(connection, deadline, subject_id=incident_id, kind=WELFARE_STEP)


def _minutes(connection: Connection, cause: Cause, check: WelfareCheck, rung: Rung) -> timedelta:
    try:
        policy = people_store.policy_on(connection, check.district_id, local_date(cause.now))
    except PolicyMissingError:
        return timedelta(minutes=rules.MINUTES[rung])
    return timedelta(minutes=rules.minutes_of(rung, policy))


def _again(connection: Connection, incident_id: UUID) -> WelfareCheck:
    return store.checks_of(connection, [incident_id])[incident_id]
