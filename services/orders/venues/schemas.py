"""What is sent of venues, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Text, Whole, choice_of, word_of
from libs.programme.names import shown_name
from services.orders.core.schemas import PageQuerySchema, PlaceSchema, shown_id, shown_instant
from services.orders.venues.rules import VenueKind

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
