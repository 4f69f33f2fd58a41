"""What is sent of venues, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Day, Text, Whole, choice_of, word_of
from libs.programme.names import shown_name
from services.orders.core.schemas import (
    PageQuerySchema,
    PlaceSchema,
    ReasonSchema,
    shown_day,
    shown_id,
    shown_instant,
)
from services.orders.venues.rules import TURNS_MAX, VenueKind

NAME_MAX, ADDRESS_MAX, CAPACITY_MAX = 60, 200, 5000


class VenueTermsSchema(Schema):
    """A new venue."""

    unit_id = fields.UUID(required=True)
    kind = choice_of(VenueKind, required=True)
    name = Text(NAME_MAX, shortest=1, required=True)
    address = Text(ADDRESS_MAX, shortest=1, required=True)
    capacity = Whole(1, CAPACITY_MAX, required=True)
    place = fields.Nested(PlaceSchema, allow_none=True, load_default=None)


class VenueQuerySchema(PageQuerySchema):
    """Which venues: those of a unit and below, that are open or closed."""

    unit = fields.UUID(load_default=None)
    open = Choice(("yes", "no"), load_default="yes")


class VenueSchema(Schema):
    """A venue."""

    venue_id = shown_id()
    unit_id = shown_id()
    unit_name = shown_name()
    kind = word_of(VenueKind)
    name = fields.String()
    address = fields.String()
    capacity = fields.Integer(metadata={"description": "How many people it holds"})
    latitude_e6 = fields.Integer(allow_none=True, metadata={"description": "Millionths of a degree, WGS-84"})
    longitude_e6 = fields.Integer(allow_none=True, metadata={"description": "Millionths of a degree, WGS-84"})
    registered_at = shown_instant()
    closed_at = shown_instant()


class NumbersSchema(Schema):
    """How many came, and how many meals were given."""

    visitors = Whole(0, CAPACITY_MAX * TURNS_MAX, required=True)
    meals = Whole(0, CAPACITY_MAX * TURNS_MAX, required=True)


class CountTermsSchema(NumbersSchema):
    """A day of a venue, counted."""

    day = Day(required=True)


class CountCorrectionSchema(NumbersSchema, ReasonSchema):
    """What the numbers are, and why they were others."""


class VenueCountQuerySchema(PageQuerySchema):
    """Which counts: of venues of a unit and below, or one venue; from one day to another; those that stand, or all."""

    unit = fields.UUID(required=True)
    venue = fields.UUID(load_default=None)
    first = Day(data_key="from", load_default=None)
    last = Day(data_key="until", load_default=None)
    corrected = Choice(("yes", "no"), load_default="yes", metadata={"description": "no: without what was corrected"})


class DayCountSchema(Schema):
    """What was counted at a venue on a day; `corrects`: the count before it that was wrong."""

    count_id = shown_id()
    venue_id = shown_id()
    unit_id = shown_id()
    day = shown_day()
    visitors = fields.Integer()
    meals = fields.Integer()
    entered_by = shown_id()
    entered_at = shown_instant()
    corrects = shown_id()
    why = fields.String()


class VenueCountSchema(DayCountSchema):
    """A count with its venue; `corrected_by`: the count that corrects it, null for what stands."""

    venue_name = shown_name()
    corrected_by = shown_id()
