"""What is sent about help that nobody took, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Instant, Text, word_of
from libs.programme.acting_schemas import ActingSchema
from libs.programme.words import Fallback
from services.orders.core.schemas import OwnActSchema, shown_id, shown_instant, words
from services.orders.untaken.rules import OUTCOMES, ReferralState

PROVIDER_MAX = 100
CONTACT_MAX = 100


class WaitSchema(ActingSchema):
    """Until when somebody is waited for; until the start if left out."""

    until = Instant(allow_none=True, load_default=None)


class OtherTimeSchema(ActingSchema):
    """When the help should begin instead."""

    start = Instant(required=True)


class ReferSchema(ActingSchema):
    """That no volunteer is waited for any more."""


class ProviderSchema(OwnActSchema):
    """Who serves instead, how they are reached, and when they come."""

    provider = Text(PROVIDER_MAX, shortest=1, required=True)
    contact = Text(CONTACT_MAX, shortest=1, required=True)
    comes = Instant(required=True)


class ReferralOutcomeSchema(ActingSchema):
    """What came of it, and a few words."""

    outcome = Choice(OUTCOMES, required=True)
    words = words()


class ReferralSchema(Schema):
    """Where an order went that nobody took; of the market, who serves, when, and what came of it."""

    order_id = shown_id()
    district_id = shown_id()
    unit_id = shown_id()
    fallback = word_of(Fallback)
    state = word_of(ReferralState)
    referred_at = shown_instant()
    due_at = shown_instant()
    purchased_order_id = shown_id()
    provider = fields.String()
    contact = fields.String()
    comes_at = shown_instant()
    named_by = shown_id()
    ended_at = shown_instant()
    ended_by = shown_id()
    words = fields.String()
