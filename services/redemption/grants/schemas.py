"""What callers send and get of grants."""

from marshmallow import Schema, fields

from libs.http.fields import shown_minutes, word_of
from services.redemption.core import schemas as core_schemas


class GrantTermsSchema(Schema):
    """Where this month's grants are due."""

    unit_id = fields.UUID(required=True)


class GrantRunSchema(Schema):
    """A run of monthly grants: all of them or none."""

    grant_run_id = fields.UUID()
    district_id = fields.UUID()
    month = fields.String()
    amount_minutes = shown_minutes("for each elder")
    people = fields.Integer()
    state = word_of(("requested", "done", "declined"))
    code = fields.String(allow_none=True)
    requested_by = fields.UUID()
    policy_version = fields.Integer()
    requested_at = fields.AwareDateTime(format="iso")


class UnitQuerySchema(core_schemas.PageQuerySchema):
    """Of which district."""

    unit = fields.UUID(required=True)


class GrantRunPageSchema(Schema):
    """A page of grant runs."""

    items = fields.List(fields.Nested(GrantRunSchema))
    next = fields.String(allow_none=True)
