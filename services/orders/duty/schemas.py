"""What is sent of duty, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Instant, Whole, word_of
from libs.programme.names import shown_name
from services.orders.core.schemas import PageQuerySchema, shown_id, shown_instant
from services.orders.duty.rules import RANK_MAX, CallState, RingAnswer


class DutyTermsSchema(Schema):
    """Somebody's time on duty; of several at one time, the least `rank` is called first."""

    unit_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    starts_at = Instant(required=True, data_key="from")
    ends_at = Instant(required=True, data_key="until")
    rank = Whole(1, RANK_MAX, load_default=1)


class DutySchema(Schema):
    """Somebody's time on duty."""

    entry_id = shown_id()
    unit_id = shown_id()
    unit_name = shown_name()
    district_id = shown_id()
    person_id = shown_id()
    starts_at = shown_instant(data_key="from")
    ends_at = shown_instant(data_key="until")
    rank = fields.Integer()
    set_by = shown_id()
    set_at = shown_instant()
    ended_by = shown_id()


class RosterQuerySchema(PageQuerySchema):
    """Of which unit and all below it, in which time; without a unit, one's own."""

    unit = fields.UUID(load_default=None)
    ends_after = Instant(data_key="from", load_default=None)
    starts_before = Instant(data_key="to", load_default=None)


class GapsQuerySchema(Schema):
    """Of which unit, and in which time."""

    unit = fields.UUID(required=True)
    starts_at = Instant(required=True, data_key="from")
    ends_at = Instant(required=True, data_key="to")


class GapSchema(Schema):
    """A time in which nobody is on duty."""

    start_at = shown_instant(data_key="from")
    end_at = shown_instant(data_key="until")


class GapsSchema(Schema):
    """The times in which nobody is on duty for a unit, in it or above it."""

    unit_id = shown_id()
    gaps = fields.List(fields.Nested(GapSchema))


class MyCallSchema(Schema):
    """An urgent call of which one was told."""

    incident_id = shown_id()
    state = word_of(CallState)
    opened_at = shown_instant()
    rung_at = shown_instant()
    answer_by = shown_instant()
    acknowledged_by = shown_id()


class RingSchema(Schema):
    """One person on duty who was told, in which round, and what became of it."""

    number = fields.Integer()
    round = fields.Integer()
    person_id = shown_id()
    rung_at = shown_instant()
    answer_by = shown_instant()
    answer = word_of(RingAnswer)


class CallingSchema(Schema):
    """How far an urgent call has come, in words; `dial` is the number that the caller is to dial now."""

    state = word_of(CallState)
    acknowledged_at = shown_instant()
    dial = fields.String(allow_none=True)
    zh = fields.String()
    en = fields.String()


class AnsweredCallSchema(Schema):
    """An urgent call that somebody has answered."""

    incident_id = shown_id()
    state = word_of(CallState)
    acknowledged_by = shown_id()
    acknowledged_at = shown_instant()
