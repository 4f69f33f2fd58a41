"""What is sent of a volunteer who is not wanted, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.programme.acting_schemas import ActingSchema, ConsentSchema
from services.orders.core.schemas import PageQuerySchema, shown_id, shown_instant


class NotWantedTermsSchema(ActingSchema):
    """Which volunteer; why is for the recipient's side and their staff alone."""

    volunteer_id = fields.UUID(required=True)


class WantedAgainSchema(Schema):
    """Which volunteer is wanted again, for whom that is said, and with which consent; nobody is asked why."""

    acting_for = fields.UUID(allow_none=True, load_default=None)
    consent = fields.Nested(ConsentSchema, allow_none=True, load_default=None)
    volunteer_id = fields.UUID(required=True)


class NotWantedQuerySchema(PageQuerySchema):
    """Whose word."""

    person = fields.UUID(required=True)


class NotWantedSchema(Schema):
    """A volunteer who is not wanted: who said so, when and why."""

    recipient_id = shown_id()
    volunteer_id = shown_id()
    said_by = shown_id()
    said_at = shown_instant()
    why = fields.String()
