"""What is asked about matches, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.orders.core.schemas import shown_id


class OrderQueryOfMatchesSchema(Schema):
    """For which order."""

    order = fields.UUID(required=True)


class MatchSchema(Schema):
    """A volunteer who passes every gate, and why they stand where they stand."""

    person_id = shown_id()
    distance_m = fields.Integer(allow_none=True)
    helped_before = fields.Integer()
    served = fields.Integer()
    reasons = fields.List(fields.String())
