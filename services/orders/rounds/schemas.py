"""What is sent of rounds, and what is answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from libs.http.fields import Choice, Day, Instant, Text, choice_of, word_of
from libs.programme.acting_schemas import ActingSchema
from libs.programme.names import shown_name
from services.orders.core.schemas import PageQuerySchema, minutes, shown_day, shown_id, shown_instant, words
from services.orders.rounds.rules import STOPS_MAX, How, Outcome


def _once(ids: list[Any]) -> None:
    if len(set(ids)) < len(ids):
        raise ValidationError("Name each person once.")


class RoundTermsSchema(Schema):
    """A new round: where it begins, if at a venue, and to whom it goes, in this order."""

    unit_id = fields.UUID(required=True)
    venue_id = fields.UUID(allow_none=True, load_default=None)
    service = Text(10, shortest=1, required=True)
    start = Instant(required=True)
    minutes = minutes()
    funding = Choice(("programme", "pool"), load_default="programme")
    recipient_ids = fields.List(fields.UUID(), required=True, validate=[validate.Length(1, STOPS_MAX), _once])


class TickSchema(ActingSchema):
    """What came of a stop, at the door or by telephone."""

    outcome = choice_of(Outcome, required=True)
    how = choice_of(How, load_default=How.DOOR)
    words = words()


class RoundStopSchema(Schema):
    """A stop of a round."""

    stop_id = shown_id()
    number = fields.Integer()
    recipient_id = shown_id()
    outcome = word_of(Outcome, allow_none=True)
    how = word_of(How, allow_none=True)
    ticked_at = shown_instant()
    words = fields.String()


class RoundSchema(Schema):
    """The stops of a round; all else stands in its order."""

    order_id = shown_id()
    stops = fields.List(fields.Nested(RoundStopSchema))


class CountQuerySchema(PageQuerySchema):
    """What is counted: by rounds of a unit and below, from one day to another, of one person or of all."""

    unit = fields.UUID(required=True)
    recipient = fields.UUID(load_default=None)
    first = Day(data_key="from", load_default=None)
    last = Day(data_key="until", load_default=None)


class CountSchema(Schema):
    """How often somebody was served on a day."""

    recipient_id = shown_id()
    day = shown_day()
    service = fields.String(attribute="service_code")
    unit_id = shown_id()
    unit_name = shown_name()
    number = fields.Integer(metadata={"description": "Stops at which they were served"})
