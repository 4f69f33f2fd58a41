"""/v1/activities: what happens at venues, and who comes to help."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import missing

from libs.db import Connection
from libs.http import current_actor, reading
from libs.programme import directory
from libs.programme.acting_schemas import ActingSchema
from libs.programme.names import unit_names
from services.orders.activities import schemas, store
from services.orders.activities.rules import Activity
from services.orders.activities.usecases.plan_activity import (
    ActivityPlanned,
    cancel_activity,
    close_activity,
    plan_activity,
)
from services.orders.activities.usecases.sign_up import Company, SignedUp, give_up, sign_up
from services.orders.core.api.edge import command, reaches
from services.orders.core.schemas import ReasonSchema, Sight, done_schema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.venues import store as venues_store

activities = Blueprint("activities", __name__, url_prefix="/v1/activities", description="What happens at venues")


@dataclass(frozen=True)
class Planning:
    """Who planned it, and when."""

    by: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ActivityView:
    """An activity as one caller sees it; `ActivitySchema` says which group sees what of it."""

    activity_id: UUID
    venue_id: UUID
    unit_id: UUID
    title: str
    service_code: str
    start_at: datetime
    end_at: datetime
    state: str
    seats: int
    taken: int
    waiting: int
    planning: Planning
    why: str
    sight: Sight
    venue_name: str | None
    unit_name: str | None
    mine: Row | None
    people: Any = missing
    waiters: Any = missing

    @property
    def minutes(self) -> int:
        """Return how long it lasts."""
        return (self.end_at - self.start_at) // timedelta(minutes=1)


_SHOWN = (
    "activity_id", "venue_id", "unit_id", "title", "service_code", "start_at", "end_at", "state", "seats", "taken",
    "waiting", "why",
)  # fmt: skip


def _views(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[ActivityView]:
    """Return activities as the caller sees them; what decides it is read once, however many there are."""
    venues = venues_store.names_of(connection, {row["venue_id"] for row in rows})
    units = unit_names(connection, [row["unit_id"] for row in rows])
    ids = [row["activity_id"] for row in rows]
    mine = store.seats_of_person(connection, ids, current_actor().person_id)
    return [
        ActivityView(
            **{name: row[name] for name in _SHOWN},
            planning=Planning(row["planned_by"], row["planned_at"]),
            sight=Sight.STAFF if reaches(connection, row["unit_id"]) else Sight.EVERYBODY,
            venue_name=venues.get(row["venue_id"]),
            unit_name=units.get(row["unit_id"]),
            mine=mine.get(row["activity_id"]),
        )
        for row in rows
    ]


def _whole(connection: Connection, activity_id: UUID) -> ActivityView:
    (view,) = _views(connection, [store.counted(connection, activity_id)])
    waiters = [vars(waiter) for waiter in store.waiters_of(connection, activity_id)]
    return replace(view, people=store.seats_of(connection, activity_id), waiters=waiters)


def _command(
    use_case: Callable[[Connection, CommandContext], Activity], terms: Row, command_id: UUID | None = None
) -> Row:
    def run(connection: Connection, context: CommandContext) -> Row:
        view = _whole(connection, use_case(connection, context).activity_id)
        return cast("Row", done_schema(schemas.ActivitySchema)().dump(view))

    return command(run, terms, command_id=command_id)


@activities.route("")
class Activities(MethodView):
    """The list."""

    @activities.doc(operationId="list_activities")
    @activities.arguments(schemas.ActivityQuerySchema, location="query")
    @activities.response(200, page_of_schema(schemas.ActivitySchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List activities by their start, to everybody who is signed in."""
        with reading() as connection:
            units = None if query["unit"] is None else directory.units_below(connection, [query["unit"]])
            page = store.ACTIVITIES.page(connection, query, units=units)
            return page.showing(_views(connection, [row._mapping for row in page.rows]))


@activities.route("/<uuid:activity_id>")
class ActivityById(MethodView):
    """One activity."""

    @activities.doc(operationId="get_activity")
    @activities.response(200, schemas.ActivitySchema)
    def get(self, activity_id: UUID) -> ActivityView:
        """Show an activity; to staff of its unit also who comes and who waits."""
        with reading() as connection:
            return _whole(connection, activity_id)

    @activities.doc(operationId="plan_activity")
    @activities.arguments(schemas.ActivityTermsSchema)
    @activities.response(201, done_schema(schemas.ActivitySchema))
    def put(self, terms: Row, activity_id: UUID) -> Row:
        """Open an activity at a venue for volunteers to sign up; the programme pays."""
        plan = ActivityPlanned(
            terms["venue_id"], terms["title"], terms["service"], terms["start"], terms["minutes"], terms["seats"]
        )
        return _command(lambda c, context: plan_activity(c, context, activity_id, plan), terms, activity_id)


@activities.route("/<uuid:activity_id>/cancellation")
class ActivityCancellation(MethodView):
    """Calling an activity off."""

    @activities.doc(operationId="cancel_activity")
    @activities.arguments(ReasonSchema)
    @activities.response(200, done_schema(schemas.ActivitySchema))
    def post(self, terms: Row, activity_id: UUID) -> Row:
        """Call an activity off; who has a seat or waits for one is told."""
        return _command(lambda c, context: cancel_activity(c, context, activity_id), terms)


@activities.route("/<uuid:activity_id>/closing")
class ActivityClosing(MethodView):
    """The end of an activity."""

    @activities.doc(operationId="close_activity")
    @activities.response(200, done_schema(schemas.ActivitySchema))
    def post(self, activity_id: UUID) -> Row:
        """Close an activity that has begun: who has a seat and did not come was absent."""
        return _command(lambda c, context: close_activity(c, context, activity_id), {"activity_id": str(activity_id)})


@activities.route("/<uuid:activity_id>/sign-ups/<uuid:order_id>")
class SignUp(MethodView):
    """A seat."""

    @activities.doc(operationId="sign_up")
    @activities.arguments(schemas.SignUpSchema)
    @activities.response(201, schemas.SignedUpSchema)
    def put(self, terms: Row, activity_id: UUID, order_id: UUID) -> Row:
        """Take a seat, which is an order of this id that one has taken; or wait for one where all are taken."""
        company, may_wait = Company(terms["guardian"], terms["group"]), terms["wait"]

        def run(connection: Connection, context: CommandContext) -> Row:
            return _signed_up(sign_up(connection, context, activity_id, order_id, company, may_wait=may_wait))

        return command(run, terms | {"activity_id": str(activity_id)}, command_id=order_id)


@activities.route("/<uuid:activity_id>/withdrawal")
class SignUpWithdrawal(MethodView):
    """Giving a seat up."""

    @activities.doc(operationId="give_up_seat")
    @activities.arguments(ActingSchema)
    @activities.response(200, schemas.SignedUpSchema)
    def post(self, terms: Row, activity_id: UUID) -> Row:
        """Give one's seat up, or wait for one no more; whoever waits longest moves up."""
        return command(lambda c, context: _signed_up(give_up(c, context, activity_id)), terms)


def _signed_up(signed: SignedUp) -> Row:
    return vars(signed)
