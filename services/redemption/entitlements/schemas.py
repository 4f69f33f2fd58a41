"""What callers send and get of purchased minutes."""

from marshmallow import Schema, fields

from libs.http.fields import Month, Text, shown_minutes, word_of
from libs.programme.acting import WORDS_MAX
from services.redemption.core.schemas import minutes_field


class EntitlementTermsSchema(Schema):
    """Government-purchased minutes per month for a person."""

    person_id = fields.UUID(required=True)
    minutes = minutes_field()
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)


class EntitlementSchema(Schema):
    """A proposal, or what was decided of it."""

    entitlement_id = fields.UUID()
    person_id = fields.UUID()
    district_id = fields.UUID()
    minutes = shown_minutes("a month")
    from_month = fields.String()
    state = word_of(("proposed", "in_force", "turned_down", "lapsed"))
    proposed_by = fields.UUID()
    proposed_at = fields.AwareDateTime(format="iso")
    lapses_at = fields.AwareDateTime(format="iso", metadata={"description": "When it lapses if nobody has decided it"})
    why = fields.String(allow_none=True, metadata={"description": "Why it was proposed"})
    decided_by = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    decision_why = fields.String(allow_none=True, metadata={"description": "Why the second person said so"})


class EntitlementPageSchema(Schema):
    """A page of entitlements."""

    items = fields.List(fields.Nested(EntitlementSchema))
    next = fields.String(allow_none=True)


class MonthQuerySchema(Schema):
    """Whose minutes, of which month; the current one if left out."""

    person = fields.UUID(required=True)
    month = Month(load_default=None)


class MonthSchema(Schema):
    """A person's purchased minutes of a month."""

    person_id = fields.UUID()
    month = fields.String()
    minutes = shown_minutes("of the month", allow_none=True)
    available_minutes = shown_minutes("neither held nor used")
    held_minutes = shown_minutes("held by orders")
    used_minutes = shown_minutes("used by orders")
