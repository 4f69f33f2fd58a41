"""What is sent of service records, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from libs.http.fields import Day, Text, shown_minutes, word_of
from libs.programme.acting_schemas import ActingSchema
from libs.programme.words import EvidenceClass
from services.orders.core.schemas import PageQuerySchema, minutes, shown_day, shown_id, shown_instant, words


class RecordSchema(Schema):
    """An older record of service."""

    person_id = fields.UUID(required=True)
    minutes = minutes(most=10_000_000)
    served_on = Day(required=True)
    scan = words()


class PersonTermsSchema(ActingSchema):
    """About whom."""

    person_id = fields.UUID(required=True)


class PersonQuerySchema(Schema):
    """Whose; the caller's own when left out."""

    person = fields.UUID(load_default=None)


class CertificatesQuerySchema(PersonQuerySchema, PageQuerySchema):
    """Whose certificates; the caller's own when left out."""


class CertificateQuerySchema(Schema):
    """The code printed on the certificate."""

    code = Text(200, shortest=1, load_default=None)


class RecordLineSchema(Schema):
    """A line of the service-time book; a reversal is an opposite line."""

    record_id = shown_id()
    order_id = shown_id()
    kind = fields.String(validate=validate.OneOf(("served", "reversed", "imported")))
    minutes = shown_minutes("served; fewer than none where taken back")
    evidence_class = word_of(EvidenceClass)
    served_on = shown_day()
    recorded_at = shown_instant()


class MarksSchema(Schema):
    """Marks of the last 90 days."""

    no_shows = fields.Integer()
    late_cancellations = fields.Integer()


class ServiceTimeSchema(Schema):
    """A person's book of service time."""

    person_id = shown_id()
    total_minutes = shown_minutes("all that was served")
    verified_minutes = shown_minutes("with complete evidence")
    attested_minutes = shown_minutes("with less")
    star = fields.Integer()
    marks = fields.Nested(MarksSchema)
    items = fields.List(fields.Nested(RecordLineSchema))


class OlderRecordSchema(Schema):
    """An older record of service, proposed or taken over."""

    record_id = shown_id()
    state = fields.String(validate=validate.OneOf(("proposed", "decided", "declined", "lapsed")))
    person_id = shown_id()
    minutes = shown_minutes("served as the older book has it")
    served_on = shown_day()
    scan = fields.String(allow_none=True)
    proposed_by = shown_id()
    lapses_at = shown_instant()
    decided_by = shown_id()
    decision_why = fields.String()


class CertificateSchema(Schema):
    """Proof of service; only whether it verifies is told to who has a wrong code."""

    certificate_id = shown_id()
    verifies = fields.Boolean()
    number = fields.Integer()
    person_id = shown_id()
    minutes = shown_minutes("all that was served")
    verified_minutes = shown_minutes("with complete evidence")
    first_on = shown_day()
    last_on = shown_day()
    issued_by = shown_id()
    issued_at = shown_instant()
    verification_code = fields.String()
