"""What is sent of slips, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Instant, Text, Whole
from libs.programme.words import Funding
from services.orders.core.schemas import OwnActSchema, minutes, shown_id, shown_instant

SLIP_MAX = 100_000_000


class SlipsSchema(Schema):
    """Numbered slips for a unit."""

    unit_id = fields.UUID(required=True)
    first = Whole(1, SLIP_MAX, required=True, data_key="from")
    last = Whole(1, SLIP_MAX, required=True, data_key="to")


class LateEntrySchema(OwnActSchema):
    """What stands on a slip; `scan` is the id of its scan, which was uploaded before."""

    volunteer_id = fields.UUID(required=True)
    recipient_id = fields.UUID(required=True)
    service = Text(10, shortest=1, required=True)
    minutes = minutes(least=0)
    served = Instant(required=True)
    slip = Whole(1, SLIP_MAX, required=True)
    funding = Choice(tuple(Funding), load_default=Funding.PROGRAMME)
    scan = fields.UUID(allow_none=True, load_default=None)


class SlipRangeSchema(Schema):
    """A range of numbered slips."""

    range_id = shown_id()
    unit_id = shown_id()
    first_number = fields.Integer()
    last_number = fields.Integer()
    issued_by = shown_id()
    issued_at = shown_instant()
