"""What callers send and get; unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.http.fields import (
    Choice,
    Day,
    Degrees,
    Instant,
    Month,
    Text,
    Truth,
    Whole,
    choice_of,
    page_cursor,
    page_limit,
)
from libs.programme.acting import WORDS_MAX, ConsentHow
from libs.programme.acting_schemas import ActingSchema as ActingSchema

DEVICE_MAX = 100
MINUTES_MAX = 1440
BULK_MAX = 200
SLIP_MAX = 100_000_000
PLACE = r"^-?([0-8]?[0-9](\.[0-9]{1,8})?|90),-?((1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,8})?|180)$"
STATES = (
    "under_review", "awaiting_funding", "published", "taken", "in_service", "finished", "confirmed", "approved",
    "settled", "rejected", "cancelled", "expired", "no_show", "disputed", "reversed", "declined",
)  # fmt: skip


def words(*, required: bool = False) -> Text:
    """Return a field of a few words."""
    if required:
        return Text(WORDS_MAX, shortest=1, lines=True, required=True)
    return Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)


def minutes(*, least: int = 1, most: int = MINUTES_MAX) -> Whole:
    """Return a field of whole minutes."""
    return Whole(least, most, required=True)


class OwnActSchema(Schema):
    """An act in one's own right, and why."""

    why = words()


class OrderTermsSchema(ActingSchema):
    """Help asked for."""

    recipient_id = fields.UUID(required=True)
    service = Text(10, shortest=1, required=True)
    minutes = minutes(least=0)
    start = Instant(required=True)
    funding = Choice(("programme", "pool", "purchased", "credit"), required=True)


class CompanySchema(ActingSchema):
    """With whom a volunteer comes."""

    guardian = fields.UUID(allow_none=True, load_default=None)
    group = fields.UUID(allow_none=True, load_default=None)


class OfferSchema(OwnActSchema):
    """To whom the order is offered."""

    to = fields.UUID(required=True)


class PlaceSchema(Schema):
    """A point on the map, in degrees."""

    latitude = Degrees(90, required=True)
    longitude = Degrees(180, required=True)


class WhereaboutsSchema(ActingSchema):
    """Where a volunteer is, and with which device."""

    place = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    device = Text(DEVICE_MAX, shortest=1, allow_none=True, load_default=None)


class CheckInSchema(WhereaboutsSchema):
    """What a volunteer shows at the door."""

    code = Text(20, shortest=1, allow_none=True, load_default=None)


class ConfirmationSchema(ActingSchema):
    """The recipient's word."""

    rating = Whole(1, 5, allow_none=True, load_default=None)
    device = Text(DEVICE_MAX, shortest=1, allow_none=True, load_default=None)


class DisputeSchema(ActingSchema):
    """What the recipient says it was."""

    says_minutes = minutes(least=0)


class DecisionSchema(OwnActSchema):
    """The minutes that count, and why; `second` is who will sign fewer minutes of settled hours."""

    minutes = minutes(least=0)
    why = words(required=True)
    second = fields.UUID(allow_none=True, load_default=None)


class VerdictSchema(OwnActSchema):
    """Yes or no."""

    ok = Truth(load_default=True)


class ReasonSchema(OwnActSchema):
    """Why."""

    why = words(required=True)


class NoShowSchema(ActingSchema):
    """Who did not appear."""

    absent = Choice(("volunteer", "recipient"), required=True)


class ApprovalsSchema(OwnActSchema):
    """The submissions to approve, in this order."""

    orders = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=BULK_MAX))


class SlipsSchema(Schema):
    """Numbered slips for a unit."""

    unit_id = fields.UUID(required=True)
    first = Whole(1, SLIP_MAX, required=True, data_key="from")
    last = Whole(1, SLIP_MAX, required=True, data_key="to")


class LateEntrySchema(OwnActSchema):
    """What stands on a slip; `scan` names the scanned paper."""

    volunteer_id = fields.UUID(required=True)
    recipient_id = fields.UUID(required=True)
    service = Text(10, shortest=1, required=True)
    minutes = minutes(least=0)
    served = Instant(required=True)
    slip = Whole(1, SLIP_MAX, required=True)
    funding = Choice(("programme", "pool", "credit", "purchased"), load_default="programme")
    scan = words()


class RecordSchema(Schema):
    """An older record of service."""

    person_id = fields.UUID(required=True)
    minutes = minutes(most=10_000_000)
    served_on = Day(required=True)
    scan = words()


class PersonTermsSchema(ActingSchema):
    """About whom."""

    person_id = fields.UUID(required=True)


class IncidentTermsSchema(ActingSchema):
    """An emergency: about whom, or where and what."""

    kind = Choice(("urgent_call",), load_default="urgent_call")
    person_id = fields.UUID(allow_none=True, load_default=None)
    place = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    words = words()

    @validates_schema
    def _refuse_nothing_said(self, terms: dict[str, Any], **_more: Any) -> None:
        if terms["person_id"] is None and not terms["words"]:
            raise ValidationError("Missing data for required field.", "words")


class OutcomeSchema(Schema):
    """How it ended."""

    outcome = words(required=True)


class VisitTermsSchema(Schema):
    """A care visit."""

    person_id = fields.UUID(required=True)
    how = Choice(("door", "phone", "video"), required=True)
    outcome = Choice(("seen", "no_answer"), required=True)


class PageQuerySchema(Schema):
    """How much of a list, and from where."""

    limit = page_limit()
    cursor = page_cursor()


class OrderQuerySchema(PageQuerySchema):
    """Which orders to list. `near` is "latitude,longitude" in degrees."""

    state = Choice(STATES, load_default=None)
    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)
    near = Text(30, pattern=PLACE, load_default=None)
    within_m = Whole(1, 50_000, in_query=True, load_default=3000)
    start_from = Instant(data_key="from", load_default=None)
    start_before = Instant(data_key="to", load_default=None)


class QueueQuerySchema(PageQuerySchema):
    """Of which unit and all below it; all of the caller's when left out."""

    unit = fields.UUID(load_default=None)


class ConsentQuerySchema(Schema):
    """For whom the caller asks; an address is no place for words, for addresses are logged on the way."""

    acting_for = fields.UUID(load_default=None)
    consent = choice_of(ConsentHow, load_default=None)


class PersonQuerySchema(Schema):
    """Whose; the caller's own when left out."""

    person = fields.UUID(load_default=None)


class UnitQuerySchema(Schema):
    """Of which unit and all below it."""

    unit = fields.UUID(required=True)


class UnitPageQuerySchema(UnitQuerySchema, PageQuerySchema):
    """Of which unit and all below it, page by page."""


class IndicatorQuerySchema(UnitQuerySchema):
    """Of which unit and month."""

    month = Month(load_default=None)


class CertificateQuerySchema(Schema):
    """The code printed on the certificate."""

    code = Text(200, shortest=1, load_default=None)


class OrderQueryOfMatchesSchema(Schema):
    """For which order."""

    order = fields.UUID(required=True)
