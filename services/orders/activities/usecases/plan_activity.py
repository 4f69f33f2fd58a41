"""Plan an activity at a venue; cancel it; close it when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.events import Cause
from libs.programme.words import Funding
from services.orders.activities import store
from services.orders.activities.rules import Activity, ActivityState, refuse_too_many_seats
from services.orders.activities.usecases.seats import draft_seat
from services.orders.core.rules.deadlines import ACTIVITY_ENDS
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import catalogue_store, deadline_store, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.notices import want_notice
from services.orders.placing import rules as placing_rules
from services.orders.placing.usecases.cancel_order import give_up_order
from services.orders.serving.usecases.report_no_show import VOLUNTEER, refuse_too_early, report_no_show
from services.orders.venues.usecases import POWER, venue_to_run


@dataclass(frozen=True)
class ActivityPlanned:
    """What is planned."""

    venue_id: UUID
    title: str
    service_code: str
    start_at: datetime
    minutes: int
    seats: int


def plan_activity(
    connection: Connection, context: CommandContext, activity_id: UUID, plan: ActivityPlanned
) -> Activity:
    """Open an activity at a venue, for volunteers to sign up; the programme of the district pays.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        VenueNotFoundError, VenueClosedError, StartPassedError, SeatsExceedVenueError: as their names say.
        FundingNotAllowedError, MinutesOutOfRangeError: the programme does not pay for this service, or for so long.
        IdReusedError: the id is taken.
    """
    venue = venue_to_run(connection, context, plan.venue_id)
    venue.refuse_closed()
    placing_rules.refuse_past_start(start_at=plan.start_at, now=context.now)
    refuse_too_many_seats(venue, plan.seats)
    today = local_date(context.now)
    service = catalogue_store.service_on(connection, plan.service_code, today, venue.district_id)
    policy = people_store.policy_on(connection, venue.district_id, today)
    placing_rules.refuse_unless_payable(service, Funding.PROGRAMME, policy)
    placing_rules.refuse_minutes_out_of_range(service, plan.minutes)
    activity = Activity(
        activity_id=activity_id,
        venue_id=venue.venue_id,
        unit_id=venue.unit_id,
        district_id=venue.district_id,
        title=plan.title,
        service_code=service.code,
        start_at=plan.start_at,
        end_at=plan.start_at + timedelta(minutes=plan.minutes),
        seats=plan.seats,
        planned_by=context.caller_id,
        planned_at=context.now,
    )
    if not store.add_activity(connection, activity):
        raise IdReusedError
    deadline_store.add_deadline(connection, Deadline(activity_id, ACTIVITY_ENDS, activity.end_at))
    return activity


def cancel_activity(connection: Connection, context: CommandContext, activity_id: UUID) -> Activity:
    """Call an activity off: who has a seat and has not begun, and who waits for one, is told.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        ActivityNotFoundError, ActivityOverError: as their names say.
    """
    activity = _lock_to_run(connection, context, activity_id)
    cancelled = activity.ended(ActivityState.CANCELLED, by=context.caller_id, at=context.now, why=context.why)
    store.save_ended(connection, cancelled)
    for order in order_store.lock_orders(connection, _not_begun(connection, activity_id)):
        give_up_order(connection, context, order)
    _tell_waiters(connection, context, activity)
    store.remove_waiters(connection, activity_id)
    return cancelled


def _tell_waiters(connection: Connection, context: Cause, activity: Activity) -> None:
    """Tell them by the catalogue of the day it was planned: the service may have ended since."""
    for waiter in store.waiters_of(connection, activity.activity_id):
        seat = draft_seat(connection, activity, waiter.order_id, at=activity.planned_at)
        want_notice(connection, context, seat, waiter.volunteer_id, Purpose.ACTIVITY_CANCELLED, until=activity.end_at)


def close_activity(connection: Connection, context: CommandContext, activity_id: UUID) -> Activity:
    """Close an activity that has begun: who has a seat and did not come is absent, as from any order.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        ActivityNotFoundError, ActivityOverError: as their names say.
        NoShowTooEarlyError: the waiting time is not over.
    """
    activity = _lock_to_run(connection, context, activity_id)
    closed = activity.ended(ActivityState.CLOSED, by=context.caller_id, at=context.now)
    policy = people_store.policy_on(connection, activity.district_id, local_date(context.now))
    refuse_too_early(policy, start_at=activity.start_at, now=context.now)
    store.save_ended(connection, closed)
    store.remove_waiters(connection, activity_id)
    for order_id in _not_begun(connection, activity_id):
        report_no_show(connection, context, order_id, absent=VOLUNTEER)
    return closed


def end_waiting(connection: Connection, due: Deadline) -> None:
    """Let nobody wait for a seat at what is over."""
    store.lock_activity(connection, due.subject_id)
    deadline_store.remove_deadline(connection, due)
    store.remove_waiters(connection, due.subject_id)


def _lock_to_run(connection: Connection, context: CommandContext, activity_id: UUID) -> Activity:
    require_power(connection, context, POWER, store.find_activity(connection, activity_id).unit_id)
    return store.lock_activity(connection, activity_id)


def _not_begun(connection: Connection, activity_id: UUID) -> list[UUID]:
    seats = store.seats_of(connection, activity_id)
    return [seat["order_id"] for seat in seats if seat["state"] == State.TAKEN]
