"""What is sent of service records, and what is answered."""

from __future__ import annotations

from enum import StrEnum

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


class CertificateTermsSchema(ActingSchema):
    """Whose service is certified, and until which day the certificate is to be valid; for ever when none is named."""

    person_id = fields.UUID(required=True)
    valid_until = Day(allow_none=True, load_default=None)


class PersonQuerySchema(Schema):
    """Whose; the caller's own when left out."""

    person = fields.UUID(load_default=None)


class CertificatesQuerySchema(PersonQuerySchema, PageQuerySchema):
    """Whose certificates; the caller's own when left out."""


class ProposalsQuerySchema(PageQuerySchema):
    """Of which unit and all below it; of all of the caller's when left out."""

    unit = fields.UUID(load_default=None)


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


class CertificateState(StrEnum):
    """What a certificate is worth."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_GENUINE = "not_genuine"


class CertificateSchema(Schema):
    """Proof of service; only that it is not genuine is told to who has a wrong code."""

    certificate_id = shown_id()
    verifies = fields.Boolean()
    state = word_of(CertificateState)
    number = fields.Integer()
    person_id = shown_id()
    minutes = shown_minutes("all that was served")
    verified_minutes = shown_minutes("with complete evidence")
    services = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "Minutes by code of service; those of an older book under no code"},
    )
    first_on = shown_day()
    last_on = shown_day()
    issued_by = shown_id()
    issued_at = shown_instant()
    valid_until = shown_day()
    verification_code = fields.String()
    credential = fields.String(
        metadata={"description": "The certificate as a W3C Verifiable Credential, signed (`vc+jwt`)"}
    )
    revoked_at = shown_instant()
    revoked_by = shown_id()
    revoked_why = fields.String(allow_none=True)
