"""What is asked of a queue, and what is answered."""

from __future__ import annotations

from marshmallow import fields

from services.orders.core.schemas import OrderSchema, PageQuerySchema
from services.orders.incidents.schemas import IncidentSchema


class QueueQuerySchema(PageQuerySchema):
    """Of which unit and all below it; all of the caller's when left out."""

    unit = fields.UUID(load_default=None)


class WaitingSchema(OrderSchema, IncidentSchema):
    """What waits in a queue: an order, or in `urgent` an incident."""
