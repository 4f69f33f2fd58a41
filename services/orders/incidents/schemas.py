"""What is sent of incidents, and what is answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.http.fields import Choice
from libs.programme.acting_schemas import ActingSchema, ConsentAnswer
from services.orders.core.schemas import PlaceSchema, shown_id, shown_instant, words


class IncidentTermsSchema(ActingSchema):
    """An emergency: about whom, or where and what."""

    kind = Choice(("urgent_call",), load_default="urgent_call")
    person_id = fields.UUID(allow_none=True, load_default=None)
    place = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    words = words()

    @validates_schema
    def _refuse_nothing_said(self, terms: dict[str, Any], **_more: Any) -> None:
        if terms["person_id"] is None and not terms["words"]:
            raise ValidationError("Missing data for required field.", "words")


class OutcomeSchema(Schema):
    """How it ended."""

    outcome = words(required=True)


class PointSchema(Schema):
    """A point on the map, in degrees."""

    latitude = fields.String()
    longitude = fields.String()


class IncidentSchema(Schema):
    """An emergency or a welfare check; a welfare check has its order's id.

    Whoever opened it without reason to know of the person learns only that it is looked at.
    """

    incident_id = shown_id()
    kind = fields.String(validate=validate.OneOf(("urgent_call", "welfare_check")))
    state = fields.String(validate=validate.OneOf(("escalated", "closed")))
    person_id = shown_id()
    order_id = shown_id()
    unit_id = shown_id()
    district_id = shown_id()
    opened_by = shown_id()
    opened_at = shown_instant()
    place = fields.Nested(PointSchema, allow_none=True)
    words = fields.String()
    acting_for = shown_id()
    consent = fields.Nested(ConsentAnswer, allow_none=True)
    why = fields.String()
    outcome = fields.String()
    closed_by = shown_id()
    closed_at = shown_instant()
