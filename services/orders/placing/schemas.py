"""What is sent to ask for help, and to list orders."""

from __future__ import annotations

from marshmallow import fields

from libs.http.fields import Choice, Instant, Text, Whole
from libs.programme.acting_schemas import ActingSchema
from libs.programme.words import PERSONS_MAX, Funding
from services.orders.core.schemas import SHOWN_STATES, PageQuerySchema, minutes

PLACE = r"^-?([0-8]?[0-9](\.[0-9]{1,8})?|90),-?((1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,8})?|180)$"


class OrderTermsSchema(ActingSchema):
    """Help asked for."""

    recipient_id = fields.UUID(required=True)
    service = Text(10, shortest=1, required=True)
    minutes = minutes(least=0)
    start = Instant(required=True)
    funding = Choice(tuple(Funding), required=True)
    persons = Whole(
        1,
        PERSONS_MAX,
        allow_none=True,
        load_default=None,
        metadata={"description": "How many volunteers; as many as the service needs if left out"},
    )


class OrderQuerySchema(PageQuerySchema):
    """Which orders to list. `near` is "latitude,longitude" in degrees."""

    state = Choice(SHOWN_STATES, load_default=None)
    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)
    near = Text(30, pattern=PLACE, load_default=None)
    within_m = Whole(1, 50_000, in_query=True, load_default=3000)
    start_from = Instant(data_key="from", load_default=None)
    start_before = Instant(data_key="to", load_default=None)
