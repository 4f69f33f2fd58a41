"""What is sent of visits, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from libs.http.fields import Choice, Month, choice_of, word_of
from libs.programme.names import shown_name
from libs.programme.words import EvidenceClass, VisitRisk
from services.orders.core.schemas import PageQuerySchema, shown_day, shown_id, shown_instant
from services.orders.visits.rules import Finding


class VisitTermsSchema(Schema):
    """A care visit."""

    person_id = fields.UUID(required=True)
    how = Choice(("door", "phone", "video"), required=True)
    outcome = Choice(("seen", "no_answer"), required=True)
    findings = fields.List(choice_of(Finding), load_default=[], validate=validate.Length(max=len(Finding)))


class VisitorTermsSchema(Schema):
    """Who visits the person; nobody in particular when it is null."""

    visitor_id = fields.UUID(required=True, allow_none=True)


class VisitorSchema(Schema):
    """Who visits a person on the visit list."""

    person_id = shown_id()
    visitor_id = shown_id()


class UnitQuerySchema(Schema):
    """Of which unit and all below it."""

    unit = fields.UUID(required=True)


class UnitPageQuerySchema(UnitQuerySchema, PageQuerySchema):
    """Of which unit and all below it, page by page."""


class IndicatorQuerySchema(UnitQuerySchema):
    """Of which unit and month."""

    month = Month(load_default=None)


class MonthlyQuerySchema(IndicatorQuerySchema, PageQuerySchema):
    """Of which unit and month; only who was seen in it, or was not."""

    seen = Choice(("yes", "no"), load_default=None)


class MonthlyRowSchema(Schema):
    """Somebody who counts in the visit rate of a month, and the last day on which they were seen in it."""

    person_id = shown_id()
    risk = word_of(VisitRisk)
    last_seen_on = shown_day()


class VisitSchema(Schema):
    """A care visit."""

    visit_id = shown_id()
    person_id = shown_id()
    how = fields.String(validate=validate.OneOf(("door", "phone", "video", "order")))
    outcome = fields.String(validate=validate.OneOf(("seen", "no_answer")))
    visited_at = shown_instant()
    recorded_by = shown_id()
    order_id = shown_id()
    reversed = fields.Boolean()
    findings = fields.List(word_of(Finding))
    proof = word_of(EvidenceClass)


class VisitPlanSchema(Schema):
    """Until when a person on the visit list is to be seen."""

    person_id = shown_id()
    risk = word_of(VisitRisk)
    interval_days = fields.Integer()
    is_call_enough = fields.Boolean(metadata={"description": "A call on a round is a visit"})
    listed_on = shown_day()
    last_seen_on = shown_day()
    due_on = shown_day()
    is_overdue = fields.Boolean()
    visitor_id = shown_id()


class VisitRateSchema(Schema):
    """The monthly visit rate of a unit."""

    unit_id = shown_id()
    unit_name = shown_name()
    listed = fields.Integer()
    visited = fields.Integer()
    rate_percent = fields.Integer()


class DistrictVisitRateSchema(VisitRateSchema):
    """The monthly visit rate of a district, and how many are overdue today."""

    overdue_count = fields.Integer()


class VisitIndicatorSchema(VisitRateSchema):
    """The monthly visit rate of a unit, who is overdue today, and the rate of each district that is or lies in it."""

    month = fields.String()
    districts = fields.List(fields.Nested(DistrictVisitRateSchema))
    overdue = fields.List(shown_id())
