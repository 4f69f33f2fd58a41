"""What is sent of incidents, and what is answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from libs.http.fields import Choice, word_of
from libs.programme.acting_schemas import ActingSchema, ConsentAnswer
from services.orders.core.schemas import PlaceSchema, SeenSchema, for_concerned, shown_id, shown_instant, words
from services.orders.duty.schemas import CallingSchema, RingSchema
from services.orders.incidents.rules import IncidentKind, IncidentState
from services.orders.welfare.rules import Ending
from services.orders.welfare.schemas import WelfareSchema


class IncidentTermsSchema(ActingSchema):
    """An emergency: about whom, or where and what."""

    kind = Choice((IncidentKind.URGENT_CALL,), load_default=IncidentKind.URGENT_CALL)
    person_id = fields.UUID(allow_none=True, load_default=None)
    place = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    words = words()

    @validates_schema
    def _refuse_nothing_said(self, terms: dict[str, Any], **_more: Any) -> None:
        if terms["person_id"] is None and not terms["words"]:
            raise ValidationError("Missing data for required field.", "words")


class OutcomeSchema(Schema):
    """How it ended: in words, and of a welfare check in one of four."""

    outcome = words(required=True)
    ending = Choice(list(Ending), allow_none=True, load_default=None)


class PointSchema(Schema):
    """A point on the map, in degrees."""

    latitude = fields.String()
    longitude = fields.String()


class IncidentSchema(SeenSchema):
    """An emergency or a welfare check; a welfare check has its order's id.

    `calling` says of an urgent call whether somebody on duty has answered; `rings`, who was told; `welfare`, how far a
    welfare check has come.
    Whoever opened it without reason to know of the person learns only that it is looked at.
    """

    incident_id = shown_id()
    kind = word_of(IncidentKind)
    state = word_of(IncidentState)
    person_id = for_concerned(shown_id())
    order_id = for_concerned(shown_id())
    unit_id = for_concerned(shown_id())
    district_id = for_concerned(shown_id())
    opened_by = for_concerned(shown_id())
    opened_at = shown_instant()
    calling = fields.Nested(CallingSchema, allow_none=True)
    welfare = for_concerned(fields.Nested(WelfareSchema, allow_none=True))
    rings = for_concerned(fields.List(fields.Nested(RingSchema)))
    answered_by = for_concerned(shown_id())
    place = for_concerned(fields.Nested(PointSchema, allow_none=True))
    words = for_concerned(fields.String())
    acting_for = for_concerned(shown_id())
    consent = for_concerned(fields.Nested(ConsentAnswer, allow_none=True))
    why = for_concerned(fields.String())
    outcome = for_concerned(fields.String())
    ending = for_concerned(word_of(Ending, allow_none=True))
    closed_by = for_concerned(shown_id())
    closed_at = for_concerned(shown_instant())
