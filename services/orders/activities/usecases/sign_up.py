"""Sign up for an activity, wait for a seat, give it up, and move up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.db import Connection, savepoint
from libs.errors import ForbiddenError, IdReusedError, Refusal
from libs.programme.acting_grants import GrantedAct
from services.orders.activities import store
from services.orders.activities.refusals import ActivityFullError, AlreadySignedUpError, NotSignedUpError
from services.orders.activities.rules import WAITING_MAX, Activity, ActivityState, Waiter
from services.orders.activities.usecases.seats import draft_seat, give_seat, refuse_barred
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import deadline_store, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.store.rows import Row
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor
from services.orders.core.usecases.notices import want_notice
from services.orders.serving.usecases.take_order import withdraw_from_order


@dataclass(frozen=True)
class Company:
    """With whom a volunteer comes."""

    guardian_id: UUID | None = None
    group_id: UUID | None = None


@dataclass(frozen=True)
class SignedUp:
    """What came of signing up: a seat, or where one stands among those who wait for one; `waits_as` from 1."""

    activity_id: UUID
    order_id: UUID
    waits_as: int | None = None


def sign_up(
    connection: Connection,
    context: CommandContext,
    activity_id: UUID,
    order_id: UUID,
    company: Company,
    *,
    may_wait: bool,
) -> SignedUp:
    """Give a volunteer a seat at an activity, or a place among those who wait where it is full.

    Raises:
        ForbiddenError: not a volunteer, suspended, or acting for one without the right.
        ActivityNotFoundError, ActivityOverError, AlreadySignedUpError, ActivityFullError: as their names say.
        RuleError: a gate of the service or the policy bars this volunteer; its code says which.
        IdReusedError: there is another order with this id.
    """
    _refuse_who_may_not_sign_up(context)
    volunteer = people_store.load_person(connection, context.subject_id)
    require_acting_for(connection, context, volunteer, GrantedAct.SERVE, subject_id=order_id)
    activity = store.lock_activity(connection, activity_id)
    order_store.lock_person(connection, volunteer.person_id)
    activity.refuse_over(context.now)
    if store.seats_of_person(connection, [activity_id], volunteer.person_id):
        raise AlreadySignedUpError
    waiter = Waiter(activity_id, volunteer.person_id, order_id, context.now, company.guardian_id, company.group_id)
    seat = draft_seat(connection, activity, order_id, at=context.now)
    refuse_barred(connection, seat, volunteer, waiter, now=context.now)
    _refuse_taken_id(connection, order_id)
    if _has_room(connection, activity):
        give_seat(connection, context, seat, volunteer, waiter, context.step(Verb.SIGN_UP))
        return SignedUp(activity_id, order_id)
    return _wait(connection, waiter, may_wait=may_wait)


def _refuse_who_may_not_sign_up(context: CommandContext) -> None:
    """Refuse who gives no help before anything is locked."""
    refuse_auditor(context)
    if not (context.is_worker or context.is_for_another):
        raise ForbiddenError


def _refuse_taken_id(connection: Connection, order_id: UUID) -> None:
    order_store.lock_id(connection, order_id)
    if order_store.find_order(connection, order_id) is not None:
        raise IdReusedError


def _has_room(connection: Connection, activity: Activity) -> bool:
    return len(store.seats_of(connection, activity.activity_id)) < activity.seats


def _wait(connection: Connection, waiter: Waiter, *, may_wait: bool) -> SignedUp:
    waiting = len(store.waiters_of(connection, waiter.activity_id))
    if not may_wait or waiting >= WAITING_MAX:
        raise ActivityFullError
    store.add_waiter(connection, waiter)
    return SignedUp(waiter.activity_id, waiter.order_id, waiting + 1)


def give_up(connection: Connection, context: CommandContext, activity_id: UUID) -> SignedUp:
    """Give up one's seat at an activity, or wait for one no more; whoever moves up at the same moment has the seat.

    Raises:
        ForbiddenError: acting for a volunteer without the right.
        ActivityNotFoundError, NotSignedUpError: as their names say.
        WrongOrderStateError: service has begun, or it is over.
    """
    refuse_auditor(context)
    store.find_activity(connection, activity_id)
    mine = _seat_of_subject(connection, context, activity_id)
    if mine["state"] is None:
        store.lock_activity(connection, activity_id)
        mine = _seat_of_subject(connection, context, activity_id)
    if mine["state"] is not None:
        withdraw_from_order(connection, context, mine["order_id"])
    else:
        volunteer = people_store.load_person(connection, context.subject_id)
        require_acting_for(connection, context, volunteer, GrantedAct.SERVE, subject_id=mine["order_id"])
        store.remove_waiter(connection, activity_id, context.subject_id)
    return SignedUp(activity_id, mine["order_id"])


def _seat_of_subject(connection: Connection, context: CommandContext, activity_id: UUID) -> Row:
    mine = store.seats_of_person(connection, [activity_id], context.subject_id).get(activity_id)
    if mine is None:
        raise NotSignedUpError
    return mine


def move_up(connection: Connection, due: Deadline, now: datetime) -> None:
    """Give free seats to those who wait longest, and tell them; whom a gate bars now waits on."""
    activity = store.lock_activity(connection, due.subject_id)
    deadline_store.remove_deadline(connection, due)
    if activity.state is not ActivityState.OPEN or now >= activity.start_at:
        return
    for waiter in store.waiters_of(connection, activity.activity_id):
        if not _has_room(connection, activity):
            return
        try:
            with savepoint(connection):
                _move_up(connection, due.of(waiter.volunteer_id), activity, waiter)
        except Refusal:
            continue


def _move_up(connection: Connection, due: Deadline, activity: Activity, waiter: Waiter) -> None:
    volunteer = people_store.load_person(connection, waiter.volunteer_id)
    order_store.lock_person(connection, volunteer.person_id)
    seat = draft_seat(connection, activity, waiter.order_id, at=due.now)
    refuse_barred(connection, seat, volunteer, waiter, now=due.now)
    _refuse_taken_id(connection, waiter.order_id)
    step = Step(Verb.SIGN_UP, due.now, waiter.volunteer_id)
    given = give_seat(connection, due, seat, volunteer, waiter, step)
    store.remove_waiter(connection, activity.activity_id, waiter.volunteer_id)
    want_notice(connection, due, given, waiter.volunteer_id, Purpose.SEAT_GIVEN, until=activity.start_at)
