"""A seat at an activity is an order that nobody receives, and that its volunteer has taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import Cause
from libs.programme.catalogue import coefficient_at
from libs.programme.words import Funding
from services.orders.activities import store
from services.orders.activities.rules import Activity, Waiter
from services.orders.core.messages import order_taken, tell
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.occasion import Occasion
from services.orders.core.rules.order import Assignment, Door, Order, Placement, Terms
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, people_store
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.order_changes import save_new
from services.orders.placing.messages import order_placed
from services.orders.placing.usecases.place_order import refuse_over_budget
from services.orders.serving.rules.taking import refuse_unless_gates_open, refuse_who_may_not_serve
from services.orders.serving.store import is_busy_between
from services.orders.serving.usecases.gates import taking_of


def draft_seat(connection: Connection, activity: Activity, order_id: UUID, *, at: datetime) -> Order:
    """Return a seat as it is before anybody has it, by the rules and the catalogue of today.

    Who planned the activity asked for it: they do not sign its hours.
    """
    today = local_date(at)
    service = catalogue_store.service_on(connection, activity.service_code, today, activity.district_id)
    policy = people_store.policy_on(connection, activity.district_id, today)
    coefficient_percent = coefficient_at(policy, service, activity.start_at, times=service.tariff)
    return Order(
        order_id=order_id,
        district_id=activity.district_id,
        unit_id=activity.unit_id,
        recipient_id=None,
        funding=Funding.PROGRAMME,
        terms=Terms(
            service_code=service.code,
            catalogue_version=service.version,
            policy_version=policy.version,
            planned_minutes=activity.minutes,
            start_at=activity.start_at,
            persons=1,
            coefficient_percent=coefficient_percent,
            price_minutes=activity.minutes * coefficient_percent // 100,
        ),
        placement=Placement(activity.planned_by, at),
        occasion=Occasion(activity.venue_id, activity.activity_id),
    )


def refuse_barred(connection: Connection, seat: Order, volunteer: Person, waiter: Waiter, *, now: datetime) -> None:
    """Refuse a volunteer whom a gate of taking bars from a seat.

    Raises:
        ForbiddenError, PersonSuspendedError: they do not serve at all, or not now.
        Refusal: the first gate that is shut; its code says which.
    """
    refuse_who_may_not_serve(volunteer)
    terms, part = seat.terms, _part(volunteer, waiter, now)
    busy = is_busy_between(connection, volunteer.person_id, start_at=terms.start_at, end_at=terms.end_at)
    refuse_unless_gates_open(taking_of(connection, seat, volunteer, part, now=now, has_other=busy))


def give_seat(
    connection: Connection, context: Cause, seat: Order, volunteer: Person, waiter: Waiter, step: Step
) -> Order:
    """Give a volunteer, whom no gate bars, a seat.

    Raises:
        ProgrammeBudgetExhaustedError: the programme's month does not cover it.
    """
    refuse_over_budget(connection, seat, people_store.policy_on(connection, seat.district_id, local_date(step.at)))
    part = _part(volunteer, waiter, step.at)
    door = Door(wrong_codes=store.wrong_codes_of(connection, waiter.activity_id, volunteer.person_id))
    given = replace(seat.moved(Verb.SIGN_UP), assignments=(part,), door=door)
    tell(connection, context, order_placed(given))
    tell(connection, context, order_taken(given))
    return save_new(connection, given, step)


def _part(volunteer: Person, waiter: Waiter, at: datetime) -> Assignment:
    return Assignment(volunteer.person_id, volunteer.district_id, at, waiter.guardian_id, waiter.group_id)
