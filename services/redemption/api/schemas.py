"""What callers send and get; unknown fields are refused."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.http.fields import Choice, Instant, Month, Text, Truth, Whole, page_cursor, page_limit
from libs.programme.acting import WORDS_MAX
from libs.programme.acting_schemas import ActingSchema

MINUTES_MAX = 1_000_000
HELP_MINUTES_MAX = 1440
CREDIT_STATES = ("proposed", "requested", "done", "declined", "reversed", "turned_down", "lapsed")
STATES = ("requested", "held", "declined", "fulfilled", "cancelled")


def minutes(*, least: int = 0, most: int = MINUTES_MAX) -> Whole:
    """Return a field of whole minutes."""
    return Whole(least, most, required=True)


class RedemptionTermsSchema(ActingSchema):
    """Help asked for, to be paid by credit."""

    recipient_id = fields.UUID(required=True)
    payer_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "Whose credit pays; the recipient's if left out"}
    )
    service = Text(10, shortest=1, required=True)
    minutes = minutes(least=1, most=HELP_MINUTES_MAX)
    start = Instant(required=True)


class RedemptionSchema(Schema):
    """A redemption; its order has the same id."""

    redemption_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))
    code = fields.String(allow_none=True, metadata={"description": "Why it was declined"})
    recipient_id = fields.UUID()
    payer_id = fields.UUID()
    service = fields.String()
    minutes = fields.Integer()
    start = fields.AwareDateTime(format="iso")
    price_minutes = fields.Integer()
    held_minutes = fields.Integer()
    paid_minutes = fields.Integer()
    coefficient_percent = fields.Integer()
    persons = fields.Integer()
    policy_version = fields.Integer()
    district_id = fields.UUID()
    unit_id = fields.UUID(allow_none=True)
    requested_by = fields.UUID()
    acting_for = fields.UUID(allow_none=True)
    requested_at = fields.AwareDateTime(format="iso")
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    end_why = fields.String(allow_none=True)
    under_review = fields.Boolean(metadata={"description": "Waits for a coordinator, not for the ledger"})
    fallback = fields.String(allow_none=True, metadata={"description": "purchased or market, when nobody took it"})


class PageQuerySchema(Schema):
    """How much of a list, and from where."""

    limit = page_limit()
    cursor = page_cursor()


class RedemptionQuerySchema(PageQuerySchema):
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


class GiftTermsSchema(ActingSchema):
    """Earned credit for a relative."""

    to = fields.UUID(required=True)
    minutes = minutes(least=1)


class MinutesTermsSchema(ActingSchema):
    """Minutes of the giver's or payer's own credit."""

    minutes = minutes(least=1)


class CreditRequestSchema(Schema):
    """A gift, a donation or an exchange, and what the ledger answered."""

    gift_id = fields.UUID()
    donation_id = fields.UUID()
    exchange_id = fields.UUID()
    kind = fields.String()
    state = fields.String(validate=validate.OneOf(CREDIT_STATES))
    code = fields.String(allow_none=True)
    giver_id = fields.UUID()
    receiver_id = fields.UUID(allow_none=True)
    minutes = fields.Integer()
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


class GrantTermsSchema(Schema):
    """Where this month's grants are due."""

    unit_id = fields.UUID(required=True)


class GrantRunSchema(Schema):
    """A run of monthly grants: all of them or none."""

    grant_run_id = fields.UUID()
    district_id = fields.UUID()
    month = fields.String()
    amount_minutes = fields.Integer()
    people = fields.Integer()
    state = fields.String()
    code = fields.String(allow_none=True)
    requested_by = fields.UUID()
    policy_version = fields.Integer()
    requested_at = fields.AwareDateTime(format="iso")


class EntitlementTermsSchema(Schema):
    """Government-purchased minutes per month for a person."""

    person_id = fields.UUID(required=True)
    minutes = minutes()
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)


class EntitlementSchema(Schema):
    """A proposal, or what was decided of it."""

    entitlement_id = fields.UUID()
    person_id = fields.UUID()
    district_id = fields.UUID()
    minutes = fields.Integer()
    from_month = fields.String()
    state = fields.String()
    proposed_by = fields.UUID()
    proposed_at = fields.AwareDateTime(format="iso")
    lapses_at = fields.AwareDateTime(format="iso", metadata={"description": "When it lapses if nobody has decided it"})
    why = fields.String(allow_none=True, metadata={"description": "Why it was proposed"})
    decided_by = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    decision_why = fields.String(allow_none=True, metadata={"description": "Why the second person said so"})


class ProposalQuerySchema(PageQuerySchema):
    """Which proposals to list: of a person, or of the people of a unit and all below it."""

    person = fields.UUID(load_default=None)
    unit = fields.UUID(load_default=None)
    state = Text(20, shortest=1, load_default=None)


class EntitlementPageSchema(Schema):
    """A page of entitlements."""

    items = fields.List(fields.Nested(EntitlementSchema))
    next = fields.String(allow_none=True)


class UnitQuerySchema(PageQuerySchema):
    """Of which district."""

    unit = fields.UUID(required=True)


class GrantRunPageSchema(Schema):
    """A page of grant runs."""

    items = fields.List(fields.Nested(GrantRunSchema))
    next = fields.String(allow_none=True)


class MonthQuerySchema(Schema):
    """Whose minutes, of which month; the current one if left out."""

    person = fields.UUID(required=True)
    month = Month(load_default=None)


class MonthSchema(Schema):
    """A person's purchased minutes of a month."""

    person_id = fields.UUID()
    month = fields.String()
    minutes = fields.Integer(allow_none=True)
    available_minutes = fields.Integer()
    held_minutes = fields.Integer()
    used_minutes = fields.Integer()


class DecisionSchema(Schema):
    """The second person's word: yes, or no and why."""

    ok = Truth(required=True)
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)

    @validates_schema
    def no_says_why(self, terms: dict[str, object], **_: object) -> None:
        """Whoever turns down says why."""
        if terms.get("ok") is False and not str(terms.get("why") or "").strip():
            raise ValidationError("turning down needs a reason", "why")


class EstateTermsSchema(Schema):
    """To whom a dead person's credit goes; to the pool without `to_person_id`."""

    person_id = fields.UUID(required=True)
    to_person_id = fields.UUID(allow_none=True, load_default=None)
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)


class EstateSchema(Schema):
    """The settlement of an estate."""

    estate_id = fields.UUID()
    person_id = fields.UUID()
    district_id = fields.UUID()
    to_person_id = fields.UUID(allow_none=True)
    state = fields.String()
    code = fields.String(allow_none=True)
    proposed_by = fields.UUID()
    proposed_at = fields.AwareDateTime(format="iso")
    lapses_at = fields.AwareDateTime(format="iso", metadata={"description": "When it lapses if nobody has decided it"})
    why = fields.String(allow_none=True, metadata={"description": "Why it was proposed"})
    decided_by = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    decision_why = fields.String(allow_none=True, metadata={"description": "Why the second person said so"})


class EstatePageSchema(Schema):
    """A page of estates."""

    items = fields.List(fields.Nested(EstateSchema))
    next = fields.String(allow_none=True)
