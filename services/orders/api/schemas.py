"""What callers send and get; unknown fields are refused."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

WORDS_MAX = 500
DEVICE_MAX = 100
MINUTES_MAX = 1440
BULK_MAX = 200
SLIP_MAX = 100_000_000
STATES = (
    "under_review", "awaiting_funding", "published", "taken", "in_service", "finished", "confirmed", "approved",
    "settled", "rejected", "cancelled", "expired", "no_show", "disputed", "reversed", "declined",
)  # fmt: skip


def words(*, required: bool = False) -> fields.String:
    """Return a field of a few words."""
    length = validate.Length(min=1, max=WORDS_MAX)
    if required:
        return fields.String(required=True, validate=length)
    return fields.String(allow_none=True, load_default=None, validate=length)


def minutes(*, least: int = 1, most: int = MINUTES_MAX) -> fields.Integer:
    """Return a field of whole minutes."""
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=least, max=most))


def instant() -> fields.AwareDateTime:
    """Return a field of an instant with its offset."""
    return fields.AwareDateTime(required=True, format="iso")


class ActingSchema(Schema):
    """On whose behalf, how they consented, and why; left out when people act for themselves."""

    acting_for = fields.UUID(allow_none=True, load_default=None)
    consent = words()
    why = words()


class OrderTermsSchema(ActingSchema):
    """Help asked for."""

    recipient_id = fields.UUID(required=True)
    service = fields.String(required=True, validate=validate.Length(min=1, max=10))
    minutes = minutes(least=0)
    start = instant()
    funding = fields.String(required=True, validate=validate.OneOf(("programme", "pool", "purchased", "credit")))


class CompanySchema(ActingSchema):
    """With whom a volunteer comes."""

    guardian = fields.UUID(allow_none=True, load_default=None)
    group = fields.String(allow_none=True, load_default=None, validate=validate.Length(min=1, max=100))


class OfferSchema(ActingSchema):
    """To whom the order is offered."""

    to = fields.UUID(required=True)


class PlaceSchema(Schema):
    """A point on the map, in degrees."""

    latitude = fields.Decimal(required=True, validate=validate.Range(min=Decimal(-90), max=Decimal(90)))
    longitude = fields.Decimal(required=True, validate=validate.Range(min=Decimal(-180), max=Decimal(180)))


class WhereaboutsSchema(ActingSchema):
    """Where a volunteer is, and with which device."""

    place = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    device = fields.String(allow_none=True, load_default=None, validate=validate.Length(min=1, max=DEVICE_MAX))


class CheckInSchema(WhereaboutsSchema):
    """What a volunteer shows at the door."""

    code = fields.String(allow_none=True, load_default=None, validate=validate.Length(min=1, max=20))


class ConfirmationSchema(ActingSchema):
    """The recipient's word."""

    rating = fields.Integer(allow_none=True, load_default=None, strict=True, validate=validate.Range(min=1, max=5))
    device = fields.String(allow_none=True, load_default=None, validate=validate.Length(min=1, max=DEVICE_MAX))


class DisputeSchema(ActingSchema):
    """What the recipient says it was."""

    says_minutes = minutes(least=0)


class DecisionSchema(ActingSchema):
    """The minutes that count, and why; `second` is who will sign fewer minutes of settled hours."""

    minutes = minutes(least=0)
    why = words(required=True)
    second = fields.UUID(allow_none=True, load_default=None)


class VerdictSchema(ActingSchema):
    """Yes or no."""

    ok = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class ReasonSchema(ActingSchema):
    """Why."""

    why = words(required=True)


class NoShowSchema(ActingSchema):
    """Who did not appear."""

    absent = fields.String(required=True, validate=validate.OneOf(("volunteer", "recipient")))


class ApprovalsSchema(ActingSchema):
    """The submissions to approve, in this order."""

    orders = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=BULK_MAX))


class SlipsSchema(ActingSchema):
    """Numbered slips for a unit."""

    unit_id = fields.UUID(required=True)
    first = fields.Integer(required=True, strict=True, data_key="from", validate=validate.Range(1, SLIP_MAX))
    last = fields.Integer(required=True, strict=True, data_key="to", validate=validate.Range(1, SLIP_MAX))


class LateEntrySchema(ActingSchema):
    """What stands on a slip; `scan` names the scanned paper."""

    volunteer_id = fields.UUID(required=True)
    recipient_id = fields.UUID(required=True)
    service = fields.String(required=True, validate=validate.Length(min=1, max=10))
    minutes = minutes(least=0)
    served = instant()
    slip = fields.Integer(required=True, strict=True, validate=validate.Range(1, SLIP_MAX))
    funding = fields.String(
        load_default="programme", validate=validate.OneOf(("programme", "pool", "credit", "purchased"))
    )
    scan = words()


class RecordSchema(ActingSchema):
    """An older record of service."""

    person_id = fields.UUID(required=True)
    minutes = minutes(most=10_000_000)
    served_on = fields.Date(required=True)
    scan = words()


class PersonTermsSchema(ActingSchema):
    """About whom."""

    person_id = fields.UUID(required=True)


class IncidentTermsSchema(PersonTermsSchema):
    """An emergency."""

    kind = fields.String(load_default="urgent_call", validate=validate.OneOf(("urgent_call",)))


class OutcomeSchema(ActingSchema):
    """How it ended."""

    outcome = words(required=True)


class VisitTermsSchema(PersonTermsSchema):
    """A care visit."""

    how = fields.String(required=True, validate=validate.OneOf(("door", "phone", "video")))
    outcome = fields.String(required=True, validate=validate.OneOf(("seen", "no_answer")))


class PageQuerySchema(Schema):
    """How much of a list, and from where."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class OrderQuerySchema(PageQuerySchema):
    """Which orders to list. `near` is "latitude,longitude" in degrees."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)
    near = fields.String(load_default=None, validate=validate.Regexp(r"^-?\d{1,2}(\.\d{1,8})?,-?\d{1,3}(\.\d{1,8})?$"))
    within_m = fields.Integer(load_default=3000, validate=validate.Range(min=1, max=50_000))
    start_from = fields.AwareDateTime(data_key="from", format="iso", load_default=None)
    start_before = fields.AwareDateTime(data_key="to", format="iso", load_default=None)


class QueueQuerySchema(PageQuerySchema):
    """Of which unit and all below it; all of the caller's when left out."""

    unit = fields.UUID(load_default=None)


class ConsentQuerySchema(Schema):
    """For whom the caller asks."""

    acting_for = fields.UUID(load_default=None)
    consent = fields.String(load_default=None, validate=validate.Length(min=1, max=WORDS_MAX))


class PersonQuerySchema(Schema):
    """Whose; the caller's own when left out."""

    person = fields.UUID(load_default=None)


class UnitQuerySchema(Schema):
    """Of which unit and all below it."""

    unit = fields.UUID(required=True)


class IndicatorQuerySchema(UnitQuerySchema):
    """Of which unit and month."""

    month = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"^\d{4}-(0[1-9]|1[0-2])$"))


class CertificateQuerySchema(Schema):
    """The code printed on the certificate."""

    code = fields.String(load_default=None, validate=validate.Length(min=1, max=200))


class OrderQueryOfMatchesSchema(Schema):
    """For which order."""

    order = fields.UUID(required=True)
