"""What callers send and get of gifts, donations and exchanges."""

from marshmallow import Schema, fields, validate

from libs.http.fields import shown_minutes, word_of
from libs.programme.acting_schemas import ActingSchema
from services.redemption.core.schemas import minutes_field
from services.redemption.gifts.rules import CreditKind

CREDIT_STATES = ("proposed", "requested", "done", "declined", "reversed", "turned_down", "lapsed")


class GiftTermsSchema(ActingSchema):
    """Earned credit for a relative."""

    to = fields.UUID(required=True)
    minutes = minutes_field(least=1)


class MinutesTermsSchema(ActingSchema):
    """Minutes of the giver's or payer's own credit."""

    minutes = minutes_field(least=1)


class CreditRequestSchema(Schema):
    """A gift, a donation or an exchange, and what the ledger answered."""

    gift_id = fields.UUID()
    donation_id = fields.UUID()
    exchange_id = fields.UUID()
    kind = word_of(CreditKind)
    state = fields.String(validate=validate.OneOf(CREDIT_STATES))
    code = fields.String(allow_none=True)
    giver_id = fields.UUID()
    receiver_id = fields.UUID(allow_none=True)
    minutes = shown_minutes("given")
    district_id = fields.UUID()
    requested_by = fields.UUID()
    acting_for = fields.UUID(allow_none=True)
    policy_version = fields.Integer()
    requested_at = fields.AwareDateTime(format="iso")
    lapses_at = fields.AwareDateTime(
        format="iso",
        allow_none=True,
        metadata={"description": "Until when a second member of staff may decide what one asked for somebody"},
    )
    decided_by = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    decision_why = fields.String(allow_none=True, metadata={"description": "Why the second person said so"})


class CreditRequestPageSchema(Schema):
    """A page of gifts, donations or exchanges."""

    items = fields.List(fields.Nested(CreditRequestSchema))
    next = fields.String(allow_none=True)
