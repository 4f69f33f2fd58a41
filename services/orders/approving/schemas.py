"""What is sent to confirm and to sign, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from libs.http.fields import Text, Whole
from libs.programme.acting_schemas import ActingSchema
from services.orders.core.schemas import DEVICE_MAX, OwnActSchema, shown_id

BULK_MAX = 200


class ConfirmationSchema(ActingSchema):
    """The recipient's word."""

    rating = Whole(1, 5, allow_none=True, load_default=None)
    device = Text(DEVICE_MAX, shortest=1, allow_none=True, load_default=None)


class ApprovalsSchema(OwnActSchema):
    """The submissions to approve, in this order."""

    orders = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=BULK_MAX))


class ApprovalResultSchema(Schema):
    """What became of one submission."""

    order_id = shown_id()
    result = fields.String(validate=validate.OneOf(("approved", "skipped")))
    code = fields.String()


class ApprovalResultsSchema(Schema):
    """What became of each, in the list's order."""

    items = fields.List(fields.Nested(ApprovalResultSchema))
