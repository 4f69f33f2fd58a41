"""What callers send and get of redemptions."""

from marshmallow import Schema, fields, validate

from libs.http.fields import Choice, Instant, Text, Whole, shown_minutes, word_of
from libs.programme.acting_schemas import ActingSchema
from libs.programme.names import shown_name
from libs.programme.words import PERSONS_MAX, Fallback
from services.redemption.core import schemas as core_schemas
from services.redemption.core.schemas import minutes_field

HELP_MINUTES_MAX = 1440


STATES = ("requested", "held", "declined", "fulfilled", "cancelled")


class RedemptionTermsSchema(ActingSchema):
    """Help asked for, to be paid by credit."""

    recipient_id = fields.UUID(required=True)
    payer_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "Whose credit pays; the recipient's if left out"}
    )
    service = Text(10, shortest=1, required=True)
    minutes = minutes_field(least=1, most=HELP_MINUTES_MAX)
    start = Instant(required=True)
    persons = Whole(
        1,
        PERSONS_MAX,
        allow_none=True,
        load_default=None,
        metadata={"description": "How many volunteers; as many as the service needs if left out"},
    )


class RedemptionSchema(Schema):
    """A redemption; its order has the same id."""

    redemption_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))
    code = fields.String(allow_none=True, metadata={"description": "Why it was declined"})
    recipient_id = fields.UUID()
    payer_id = fields.UUID()
    service = fields.String()
    service_name = shown_name()
    minutes = shown_minutes("planned")
    start = fields.AwareDateTime(format="iso")
    price_minutes = shown_minutes("what it costs")
    held_minutes = shown_minutes("set aside for it")
    paid_minutes = shown_minutes("paid for it")
    coefficient_percent = fields.Integer()
    persons = fields.Integer()
    policy_version = fields.Integer()
    district_id = fields.UUID()
    unit_id = fields.UUID(allow_none=True)
    unit_name = shown_name()
    requested_by = fields.UUID()
    acting_for = fields.UUID(allow_none=True)
    requested_at = fields.AwareDateTime(format="iso")
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    end_why = fields.String(allow_none=True)
    under_review = fields.Boolean(metadata={"description": "Waits for a coordinator, not for the ledger"})
    fallback = word_of(Fallback, allow_none=True, metadata={"description": "Where help comes from when nobody took it"})


class RedemptionQuerySchema(core_schemas.PageQuerySchema):
    """Which redemptions to list: of a person, or of a unit and all below it."""

    person = fields.UUID(load_default=None)
    unit = fields.UUID(load_default=None)
    state = Choice(STATES, load_default=None)
    start_from = Instant(data_key="from", load_default=None)
    start_before = Instant(data_key="to", load_default=None)


class RedemptionPageSchema(Schema):
    """A page of redemptions."""

    items = fields.List(fields.Nested(RedemptionSchema))
    next = fields.String(allow_none=True)
