"""What volunteers send and what they are told."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Text, choice_of
from libs.programme.acting import ConsentHow
from libs.programme.acting_schemas import ActingSchema
from services.orders.core.schemas import DEVICE_MAX, OwnActSchema, PlaceSchema


class CompanySchema(ActingSchema):
    """With whom a volunteer comes."""

    guardian = fields.UUID(allow_none=True, load_default=None)
    group = fields.UUID(allow_none=True, load_default=None)


class OfferSchema(OwnActSchema):
    """To whom the order is offered."""

    to = fields.UUID(required=True)


class WhereaboutsSchema(ActingSchema):
    """Where a volunteer is, and with which device."""

    place = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    device = Text(DEVICE_MAX, shortest=1, allow_none=True, load_default=None)


class CheckInSchema(WhereaboutsSchema):
    """What a volunteer shows at the door."""

    code = Text(20, shortest=1, allow_none=True, load_default=None)


class NoShowSchema(ActingSchema):
    """Who did not appear."""

    absent = Choice(("volunteer", "recipient"), required=True)


class ConsentQuerySchema(Schema):
    """For whom the caller asks; an address is no place for words, for addresses are logged on the way."""

    acting_for = fields.UUID(load_default=None)
    consent = choice_of(ConsentHow, load_default=None)


class DoorCodeSchema(Schema):
    """What the recipient's side reads out."""

    code = fields.String()
