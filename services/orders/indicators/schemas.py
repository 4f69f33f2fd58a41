"""What is asked of the monthly figures, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Month, Whole, word_of
from libs.programme.names import shown_name
from services.orders.core.rules.counting import Kind
from services.orders.core.schemas import PageQuerySchema, shown_id, shown_instant
from services.orders.indicators.rules import INDICATORS, Measure

MONTHS_MAX = 12


class FiguresQuerySchema(Schema):
    """Of which unit, up to which month (this one, when left out); how many months, or also the units right below it."""

    unit = fields.UUID(required=True)
    month = Month(load_default=None)
    months = Whole(1, MONTHS_MAX, in_query=True, load_default=1)
    below = Choice(("yes", "no"), load_default="no")


class FigureSchema(Schema):
    """A figure, null where there is nothing to make it of: how many rows it opens into, and of how many it is part."""

    indicator = word_of(INDICATORS)
    value = fields.Integer()
    measure = word_of(Measure)
    rows = fields.Integer()
    of_rows = fields.Integer()


class MonthFiguresSchema(Schema):
    """The figures of a unit and all below it in a month; those of a month that is over do not change any more."""

    unit_id = shown_id()
    unit_name = shown_name()
    month = fields.String()
    is_over = fields.Boolean()
    rules_version = fields.Integer()
    figures = fields.List(fields.Nested(FigureSchema))


class FiguresSchema(Schema):
    """The figures by month, or by unit."""

    items = fields.List(fields.Nested(MonthFiguresSchema))


class CountedQuerySchema(PageQuerySchema):
    """The rows of which figure, unit and month (this one, when left out)."""

    unit = fields.UUID(required=True)
    month = Month(load_default=None)
    indicator = Choice(tuple(INDICATORS), required=True)


class CountedSchema(Schema):
    """One row of a figure: what happened, when, to which order, of which person, or by which count of a venue."""

    kind = word_of(Kind)
    at = shown_instant()
    order_id = shown_id()
    person_id = shown_id()
    count_id = shown_id()
    unit_id = shown_id()
    unit_name = shown_name()
    service = fields.String()
    number = fields.Integer()
    credit_minutes = fields.Integer()
    marks = fields.List(fields.String())
