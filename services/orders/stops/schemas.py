"""What is sent of stops, and what is answered."""

from __future__ import annotations

from marshmallow import fields

from libs.http.fields import one_of
from services.orders.core.schemas import (
    PageQuerySchema,
    ReasonSchema,
    SeenSchema,
    for_staff,
    shown_id,
    shown_instant,
)


class StopTermsSchema(ReasonSchema):
    """Who is stopped, and why."""

    volunteer_id = fields.UUID(required=True)


class StopsQuerySchema(PageQuerySchema):
    """Whose stops: of one volunteer, or of all of a unit."""

    volunteer_id = fields.UUID(load_default=None)
    unit = fields.UUID(load_default=None)
    whose = one_of("volunteer_id", "unit")


class StopSchema(SeenSchema):
    """A stop: the volunteer sees until when, staff also who said so and why."""

    stop_id = shown_id(attribute="stop.stop_id")
    volunteer_id = shown_id(attribute="stop.volunteer_id")
    stopped_at = shown_instant(attribute="stop.stopped_at")
    ends_at = shown_instant(attribute="stop.ends_at")
    lifted_at = shown_instant(attribute="stop.lifted_at")
    stopped_by = for_staff(shown_id(attribute="stop.stopped_by"))
    lifted_by = for_staff(shown_id(attribute="stop.lifted_by"))
    why = for_staff(fields.String(attribute="stop.why"))
    lifted_why = for_staff(fields.String(attribute="stop.lifted_why"))
