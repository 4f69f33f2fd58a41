"""What is asked about matches, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import word_of
from services.orders.core.schemas import page_of_schema, shown_id
from services.orders.matching.rules import MatchReason


class OrderQueryOfMatchesSchema(Schema):
    """For which order."""

    order = fields.UUID(required=True)


class WeighedSchema(Schema):
    """A reason: the weight that the district's policy gives it, how far it holds, what it counts, and its words."""

    reason = word_of(MatchReason)
    weight = fields.Integer()
    percent = fields.Integer()
    points = fields.Integer()
    zh = fields.String()
    en = fields.String()


class MatchSchema(Schema):
    """A volunteer who passes every gate, and why they stand where they stand."""

    person_id = shown_id()
    distance_m = fields.Integer(allow_none=True, attribute="fit.distance_m")
    helped_before = fields.Integer(attribute="fit.helped_before")
    served_lately = fields.Integer(attribute="fit.served_lately")
    points = fields.Integer()
    reasons = fields.List(fields.Nested(WeighedSchema))


class BarredSchema(Schema):
    """A gate, and how many of those who were looked at it bars."""

    code = fields.String()
    zh = fields.String()
    en = fields.String()
    volunteers = fields.Integer()


class MatchesSchema(page_of_schema(MatchSchema)):  # type: ignore[misc]
    """Who could help, who fits best first, and what bars others who were looked at."""

    barred = fields.List(fields.Nested(BarredSchema))
