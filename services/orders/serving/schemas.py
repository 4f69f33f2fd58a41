"""What volunteers send and what they are told."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from libs.http.fields import Choice, Instant, Text, Whole, choice_of, word_of
from libs.programme.acting import ConsentHow
from libs.programme.acting_schemas import ActingSchema
from services.orders.core.schemas import DEVICE_MAX, OwnActSchema, PlaceSchema, shown_instant
from services.orders.serving.rules.acts import ActState, Advice

ACTS_MAX = 50
"""What a volunteer does at doors in two days, and more."""
TEXT_MAX, POINTS_MAX = 600, 20
COUNTER_MAX = 2**53 - 1
KEY_ID_LENGTH, SIGNATURE_LENGTH = 43, 86


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


class CheckOutSchema(WhereaboutsSchema):
    """Where a volunteer leaves from, and which points of the order's list were seen to, from 0."""

    ticked = fields.List(
        Whole(0, POINTS_MAX - 1), allow_none=True, load_default=None, validate=validate.Length(max=POINTS_MAX)
    )


class NoShowSchema(ActingSchema):
    """Who did not appear."""

    absent = Choice(("volunteer", "recipient"), required=True)


class ConsentQuerySchema(Schema):
    """For whom the caller asks; an address is no place for words, for addresses are logged on the way."""

    acting_for = fields.UUID(load_default=None)
    consent = choice_of(ConsentHow, load_default=None)


class DoorCodeSchema(Schema):
    """What the recipient's side reads out, and until when it opens the door: another is shown before that."""

    code = fields.String()
    until = shown_instant()


class DoorActSchema(Schema):
    """What a device signs: the text of this object, members in order and nothing between them."""

    act = Choice(("check_in", "check_out"), required=True)
    at = Instant(required=True)
    code = Text(20, shortest=1, allow_none=True, required=True)
    counter = Whole(1, COUNTER_MAX, required=True)
    key = Text(KEY_ID_LENGTH, shortest=KEY_ID_LENGTH, required=True)
    order = fields.UUID(required=True)
    place = fields.Nested(PlaceSchema, allow_none=True, required=True)


class SignedActSchema(Schema):
    """The text that a device signed, and its signature (ECDSA with SHA-256, base64url)."""

    text = Text(TEXT_MAX, shortest=1, required=True)
    signature = Text(SIGNATURE_LENGTH, shortest=SIGNATURE_LENGTH, required=True)


class BundleSchema(Schema):
    """What was done at doors without a network, in any order, and sent as often as it takes."""

    acts = fields.List(fields.Nested(SignedActSchema), required=True, validate=validate.Length(min=1, max=ACTS_MAX))


class ActResultSchema(Schema):
    """What became of one act, and what the volunteer does about it; the code says why it was refused."""

    result = word_of(ActState)
    code = fields.String()
    advice = word_of(Advice)


class BundleResultSchema(Schema):
    """What became of each, in the bundle's order."""

    items = fields.List(fields.Nested(ActResultSchema))
