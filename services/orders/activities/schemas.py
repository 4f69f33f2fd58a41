"""What is sent of activities, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Instant, Text, Truth, Whole, shown_minutes, word_of
from libs.programme.names import shown_name
from services.orders.activities.rules import ActivityState
from services.orders.core.schemas import (
    SHOWN_STATES,
    PageQuerySchema,
    SeenSchema,
    for_staff,
    minutes,
    shown_id,
    shown_instant,
)
from services.orders.serving.schemas import CompanySchema

TITLE_MAX, SEATS_MAX = 60, 500


class ActivityTermsSchema(Schema):
    """A new activity."""

    venue_id = fields.UUID(required=True)
    title = Text(TITLE_MAX, shortest=1, required=True)
    service = Text(10, shortest=1, required=True)
    start = Instant(required=True)
    minutes = minutes()
    seats = Whole(1, SEATS_MAX, required=True)


class ActivityQuerySchema(PageQuerySchema):
    """Which activities: of a venue, or a unit and below; that end after an instant, and begin before another."""

    unit = fields.UUID(load_default=None)
    venue = fields.UUID(load_default=None)
    state = Choice(tuple(ActivityState), load_default=ActivityState.OPEN.value)
    start_from = Instant(data_key="from", load_default=None)
    start_before = Instant(data_key="to", load_default=None)


class SignUpSchema(CompanySchema):
    """With whom a volunteer comes, and whether they wait where it is full."""

    wait = Truth(load_default=True)


class SignedUpSchema(Schema):
    """A seat, which is the order of this id; or how many wait before one, and oneself."""

    activity_id = shown_id()
    order_id = shown_id()
    waits_as = fields.Integer(allow_none=True, metadata={"description": "From 1; null: there is a seat"})


class SeatSchema(Schema):
    """Who has a seat: the order, and its state."""

    order_id = shown_id()
    volunteer_id = shown_id()
    state = word_of(SHOWN_STATES)


class WaiterSchema(Schema):
    """Who waits for a seat."""

    volunteer_id = shown_id()
    waits_since = shown_instant()


class MineSchema(Schema):
    """The caller's own seat: the order, and its state; none while one waits."""

    order_id = shown_id()
    state = word_of(SHOWN_STATES, allow_none=True)


class ActivitySchema(SeenSchema):
    """An activity: everybody sees where, when, and whether there is room; who comes, staff."""

    activity_id = shown_id()
    venue_id = shown_id()
    venue_name = shown_name()
    unit_id = shown_id()
    unit_name = shown_name()
    title = fields.String()
    service = fields.String(attribute="service_code")
    start = shown_instant(attribute="start_at")
    end = shown_instant(attribute="end_at")
    minutes = shown_minutes("planned")
    state = word_of(ActivityState)
    seats = fields.Integer(metadata={"description": "For volunteers"})
    taken = fields.Integer(metadata={"description": "Seats that are taken"})
    waiting = fields.Integer(metadata={"description": "How many wait for a seat"})
    mine = fields.Nested(MineSchema, allow_none=True)
    planned_by = for_staff(shown_id(attribute="planning.by"))
    planned_at = for_staff(shown_instant(attribute="planning.at"))
    why = for_staff(fields.String())
    people = for_staff(fields.List(fields.Nested(SeatSchema)))
    waiters = for_staff(fields.List(fields.Nested(WaiterSchema)))
