"""What is sent of objections, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validates_schema

from libs.http.fields import Choice, Truth, Whole, one_of, shown_minutes, word_of
from libs.programme.acting_schemas import ActingSchema
from services.orders.core.schemas import (
    MINUTES_MAX,
    OwnActSchema,
    PageQuerySchema,
    minutes,
    shown_id,
    shown_instant,
    words,
)
from services.orders.core.store.rows import Row
from services.orders.objections.rules import About, ObjectionState

KINDS = ("objection", "appeal")


class ObjectionTermsSchema(ActingSchema):
    """Which minutes should count, and what happened, in one's own words."""

    says_minutes = minutes(least=0)
    words = words(required=True)


class AnswerSchema(OwnActSchema):
    """Upheld with the minutes that count, or not; and why.

    `second` is who will sign fewer minutes of settled hours. `by_programme`: the programme pays what is entered.
    """

    upheld = Truth(required=True)
    minutes = Whole(0, MINUTES_MAX, allow_none=True, load_default=None)
    why = words(required=True)
    second = fields.UUID(allow_none=True, load_default=None)
    by_programme = Truth(load_default=False)

    @validates_schema
    def _refuse_half_an_answer(self, terms: Row, **_more: object) -> None:
        if terms.get("upheld") and terms.get("minutes") is None:
            raise ValidationError("Missing data for required field.", "minutes")
        if not terms.get("upheld") and terms.get("minutes") is not None:
            raise ValidationError("An objection that is not upheld has no minutes.", "minutes")


class ObjectionsQuerySchema(PageQuerySchema):
    """Whose objections: of one person, or to the hours of a unit and below."""

    person = fields.UUID(load_default=None)
    unit = fields.UUID(load_default=None)
    state = Choice(tuple(ObjectionState), load_default=None)
    kind = Choice(KINDS, load_default=None)
    whose = one_of("person", "unit")


class ObjectionSchema(Schema):
    """An objection, to both sides and to staff; `entry_id` is the order that records what was missing."""

    objection_id = shown_id()
    order_id = shown_id()
    district_id = shown_id()
    unit_id = shown_id()
    person_id = shown_id()
    filed_by = shown_id()
    filed_at = shown_instant()
    contested = word_of(About, attribute="about")
    counted_minutes = shown_minutes("what counted when it was made")
    says_minutes = shown_minutes("what should count")
    words = fields.String()
    decide_by = shown_instant()
    state = word_of(ObjectionState)
    decided_minutes = shown_minutes("what counts by the answer", allow_none=True)
    decided_by = shown_id()
    decided_at = shown_instant()
    decision_why = fields.String()
    entry_id = shown_id()


class ObjectionsOfOrderSchema(Schema):
    """The objections to an order, the first on top."""

    items = fields.List(fields.Nested(ObjectionSchema))
