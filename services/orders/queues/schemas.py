"""What is asked of a queue, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import word_of
from services.orders.core.rules.occasion import Kind
from services.orders.core.schemas import (
    SHOWN_STATES,
    FlagWordsSchema,
    OrderSchema,
    PageQuerySchema,
    shown_id,
    shown_instant,
)
from services.orders.incidents.rules import IncidentKind, IncidentState
from services.orders.incidents.schemas import IncidentSchema
from services.orders.queues.rules.hints import Hint


class QueueQuerySchema(PageQuerySchema):
    """Of which unit and all below it; all of the caller's when left out."""

    unit = fields.UUID(load_default=None)


class WaitingSchema(OrderSchema, IncidentSchema):
    """What waits in a queue: an order, or in `urgent` an incident."""

    kind = word_of([*Kind, *IncidentKind])
    state = word_of([*SHOWN_STATES, *IncidentState])


class PairSchema(Schema):
    """What a volunteer and the recipient did together, up to this visit and with it."""

    volunteer_id = shown_id()
    together_count = fields.Integer()
    since = shown_instant()
    disputed_count = fields.Integer()
    reversed_count = fields.Integer()


class HintSchema(Schema):
    """What a coordinator may want to know beside the flags, with its numbers; it asks for no second signature."""

    hint = word_of(Hint)
    zh = fields.String()
    en = fields.String()


class FindingsSchema(Schema):
    """What is unusual about an order in a queue, a sentence each with its numbers, and what the pair did before."""

    order_id = shown_id()
    flag_words = fields.List(fields.Nested(FlagWordsSchema))
    hints = fields.List(fields.Nested(HintSchema))
    pairs = fields.List(fields.Nested(PairSchema))
