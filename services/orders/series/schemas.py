"""What is sent of series, and what is answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.http.fields import Choice, Day, Text, Truth, Whole, shown_minutes, word_of
from libs.programme.acting_schemas import ActingSchema, ConsentSchema
from libs.programme.names import shown_name
from libs.programme.words import Funding
from services.orders.core.rules.life_cycle import State
from services.orders.core.schemas import (
    MINUTES_MAX,
    PageQuerySchema,
    minutes,
    shown_day,
    shown_id,
    shown_instant,
    words,
)
from services.orders.series.rules import DayState, Effect, EndReason

TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def weekdays(**options: Any) -> fields.List[Any]:
    """Return a field of days of the week, 1 = Monday, each once."""
    return fields.List(Whole(1, 7), validate=[validate.Length(1, 7), _once], **options)


def _once(days: list[int]) -> None:
    if len(set(days)) < len(days):
        raise ValidationError("Name each day once.")


def minute_of(text: str) -> int:
    """Return the minute of the day of HH:MM."""
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def time_of(minute: int) -> str:
    """Return HH:MM of a minute of the day."""
    return f"{minute // 60:02}:{minute % 60:02}"


class SeriesTermsSchema(ActingSchema):
    """Help asked for on some days of each week, until a day or until cancelled."""

    recipient_id = fields.UUID(required=True)
    payer_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "Whose credit pays; the recipient's if left out"}
    )
    service = Text(10, shortest=1, required=True)
    funding = Choice(tuple(Funding), required=True)
    weekdays = weekdays(required=True)
    time = Text(5, pattern=TIME, required=True, metadata={"description": "When it begins, local time, HH:MM"})
    minutes = minutes(least=1)
    from_day = Day(required=True, data_key="from")
    until = Day(allow_none=True, load_default=None)


class SeriesPreviewSchema(Schema):
    """What is otherwise from a day on, or on this day only; what is left out stays. Or it is called off."""

    acting_for = fields.UUID(allow_none=True, load_default=None)
    consent = fields.Nested(ConsentSchema, allow_none=True, load_default=None)
    from_day = Day(required=True, data_key="from")
    is_one_day = Truth(load_default=False, data_key="one_day")
    cancels = Truth(load_default=False, data_key="cancel")
    weekdays = weekdays(allow_none=True, load_default=None)
    time = Text(5, pattern=TIME, allow_none=True, load_default=None)
    minutes = Whole(1, MINUTES_MAX, allow_none=True, load_default=None)

    @validates_schema
    def refuse_nothing(self, terms: dict[str, Any], **_: object) -> None:
        """Refuse a change that changes nothing, or two things at once."""
        given = [name for name in ("weekdays", "time", "minutes") if terms.get(name) is not None]
        if bool(given) == bool(terms.get("cancels")):
            raise ValidationError("Give what is otherwise, or cancel.")
        if terms.get("is_one_day") and terms.get("weekdays") is not None:
            raise ValidationError("One day has no days of the week.")


class SeriesChangeSchema(SeriesPreviewSchema):
    """A change that is made, and why."""

    why = words()


class SeriesQuerySchema(PageQuerySchema):
    """Of whom, or of which unit and all below it; those that stopped being made; those that still run."""

    person = fields.UUID(load_default=None)
    unit = fields.UUID(load_default=None)
    alarm = Choice(("yes", "no"), load_default=None)
    running = Choice(("yes", "no"), load_default=None)


class SeriesDaySchema(Schema):
    """A day on which help comes, and what became of it so far."""

    day = shown_day()
    time = fields.String()
    minutes = shown_minutes("planned")
    state = word_of(DayState)
    order_id = shown_id()
    order_state = word_of([state.value for state in State], allow_none=True)
    code = fields.String(allow_none=True, metadata={"description": "Why it was not made"})


class PatternSchema(Schema):
    """When help comes from a day on: on which days of the week (1 = Monday), when, and how long."""

    from_day = shown_day(data_key="from")
    weekdays = fields.List(fields.Integer())
    time = fields.String()
    minutes = shown_minutes("planned")


class SeriesSchema(Schema):
    """Help on some days of each week."""

    series_id = shown_id()
    district_id = shown_id()
    unit_id = shown_id()
    unit_name = shown_name()
    recipient_id = shown_id()
    payer_id = shown_id()
    service = fields.String()
    service_name = shown_name()
    funding = word_of(Funding)
    placed_by = shown_id()
    placed_at = shown_instant()
    acting_for = shown_id()
    patterns = fields.List(fields.Nested(PatternSchema))
    until = shown_day()
    next_day = shown_day()
    ended_at = shown_instant()
    end_reason = word_of(EndReason, allow_none=True)
    alarm_code = fields.String(allow_none=True, metadata={"description": "Why its days stopped being made"})
    alarm_since = shown_instant()
    approved_by = shown_id()
    approved_at = shown_instant()
    days = fields.List(fields.Nested(SeriesDaySchema), metadata={"description": "The days to come, the next on top"})


class TouchedDaySchema(Schema):
    """What a change does to one day."""

    day = shown_day()
    time = fields.String()
    minutes = shown_minutes("as it is then")
    effect = word_of(Effect)
    order_id = shown_id()


class PreviewSchema(Schema):
    """What a change would do to each day."""

    series_id = shown_id()
    days = fields.List(fields.Nested(TouchedDaySchema))
