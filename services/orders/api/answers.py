"""What callers get. Instants, days and ids are text already: answers are kept, and given again as they were."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from libs.programme.acting_schemas import ConsentAnswer
from services.orders.api.schemas import STATES


def shown_instant() -> fields.String:
    """Return a field of an instant."""
    return fields.String(allow_none=True, metadata={"format": "date-time"})


def shown_id() -> fields.String:
    """Return a field of an id."""
    return fields.String(allow_none=True, metadata={"format": "uuid"})


class VolunteerPartSchema(Schema):
    """One volunteer's part of an order."""

    person_id = shown_id()
    taken_at = shown_instant()
    checked_in_at = shown_instant()
    checked_out_at = shown_instant()
    actual_minutes = fields.Integer()
    counted_minutes = fields.Integer()
    evidence = fields.List(fields.String())
    evidence_class = fields.String(allow_none=True)
    group = fields.String(allow_none=True)
    guardian = shown_id()


class HintSchema(Schema):
    """A flag in words."""

    flag = fields.String()
    zh = fields.String()
    en = fields.String()


class OrderSchema(Schema):
    """An order as the caller may see it: flags, signatures and reasons for staff, no name and no address for anyone."""

    order_id = shown_id()
    state = fields.String(validate=validate.OneOf(STATES))
    code = fields.String(allow_none=True)
    recipient_id = shown_id()
    payer_id = shown_id()
    service = fields.String()
    minutes = fields.Integer()
    start = shown_instant()
    end = shown_instant()
    funding = fields.String()
    persons = fields.Integer()
    price_minutes = fields.Integer()
    unit_id = shown_id()
    district_id = shown_id()
    volunteers = fields.List(fields.Nested(VolunteerPartSchema))
    offered_to = shown_id()
    offer_lapses_at = shown_instant()
    policy_version = fields.Integer()
    published_at = shown_instant()
    settlement = fields.Integer()
    fallback = fields.String(allow_none=True)
    says_minutes = fields.Integer(allow_none=True)
    decided_minutes = fields.Integer(allow_none=True)
    awaits_second = fields.Boolean()
    second_id = shown_id()
    late_cancelled = fields.Boolean()
    flags = fields.List(fields.String())
    hints = fields.List(fields.Nested(HintSchema))
    placed_by = shown_id()
    placed_at = shown_instant()
    acting_for = shown_id()
    consent = fields.Nested(ConsentAnswer, allow_none=True)
    why = fields.String()
    confirmed_by = shown_id()
    rating = fields.Integer(allow_none=True)
    called_back_by = shown_id()
    approvers = fields.List(shown_id())
    decided_by = shown_id()
    decision_why = fields.String()
    issued_minutes = fields.Integer()
    slip_number = fields.Integer(allow_none=True)
    distance_m = fields.Integer(allow_none=True, metadata={"description": "At most so far from `near`, in steps"})


class OrderPageSchema(Schema):
    """A page of orders."""

    items = fields.List(fields.Nested(OrderSchema))
    next = fields.String(allow_none=True)


def shown_day() -> fields.String:
    """Return a field of a local day."""
    return fields.String(allow_none=True, metadata={"format": "date"})


def page_of_schema(kind: type[Schema]) -> type[Schema]:
    """Return the schema of a page of these."""
    name = kind.__name__.removesuffix("Schema")
    members = {"items": fields.List(fields.Nested(kind)), "next": fields.String(allow_none=True)}
    return type(f"{name}sSchema", (Schema,), {**members, "__doc__": "A page."})


class CatalogueItemSchema(Schema):
    """A service that can be asked for."""

    code = fields.String()
    version = fields.Integer()
    name_zh = fields.String()
    name_en = fields.String()
    service_class = fields.String()
    risk = fields.String()
    persons = fields.Integer()
    min_minutes = fields.Integer()
    max_minutes = fields.Integer()
    coefficient_percent = fields.Integer()
    funding = fields.List(fields.String())
    certificate = fields.String()
    certificate_for = fields.String()
    max_grade = fields.String()
    checklist = fields.List(fields.String())


class DoorCodeSchema(Schema):
    """What the recipient's side reads out."""

    code = fields.String()


class StepSchema(Schema):
    """What was done to an order; `by` is empty where the clock or another service did it."""

    number = fields.Integer()
    verb = fields.String()
    from_state = fields.String()
    to_state = fields.String()
    by = shown_id()
    acting_for = shown_id()
    consent = fields.Nested(ConsentAnswer, allow_none=True)
    why = fields.String()
    at = shown_instant()


class ReversalSchema(Schema):
    """A proposed or decided reversal."""

    reversal_id = shown_id()
    settlement = fields.Integer()
    why = fields.String()
    proposed_by = shown_id()
    proposed_at = shown_instant()
    decided_by = shown_id()
    decided_at = shown_instant()
    accepted = fields.Boolean(allow_none=True)
    decision_why = fields.String()


class EvidenceSchema(Schema):
    """Every step, proof and signature of an order."""

    order = fields.Nested(OrderSchema)
    steps = fields.List(fields.Nested(StepSchema))
    reversals = fields.List(fields.Nested(ReversalSchema))


class ApprovalResultSchema(Schema):
    """What became of one submission."""

    order_id = shown_id()
    result = fields.String(validate=validate.OneOf(("approved", "skipped")))
    code = fields.String()


class ApprovalResultsSchema(Schema):
    """What became of each, in the list's order."""

    items = fields.List(fields.Nested(ApprovalResultSchema))


class PointSchema(Schema):
    """A point on the map, in degrees."""

    latitude = fields.String()
    longitude = fields.String()


class IncidentSchema(Schema):
    """An emergency or a welfare check; a welfare check has its order's id.

    Whoever opened it without reason to know of the person learns only that it is looked at.
    """

    incident_id = shown_id()
    kind = fields.String(validate=validate.OneOf(("urgent_call", "welfare_check")))
    state = fields.String(validate=validate.OneOf(("escalated", "closed")))
    person_id = shown_id()
    order_id = shown_id()
    unit_id = shown_id()
    district_id = shown_id()
    opened_by = shown_id()
    opened_at = shown_instant()
    place = fields.Nested(PointSchema, allow_none=True)
    words = fields.String()
    acting_for = shown_id()
    consent = fields.Nested(ConsentAnswer, allow_none=True)
    why = fields.String()
    outcome = fields.String()
    closed_by = shown_id()
    closed_at = shown_instant()


class WaitingSchema(OrderSchema, IncidentSchema):
    """What waits in a queue: an order, or in `urgent` an incident."""


class SlipRangeSchema(Schema):
    """A range of numbered slips."""

    range_id = shown_id()
    unit_id = shown_id()
    first_number = fields.Integer()
    last_number = fields.Integer()
    issued_by = shown_id()
    issued_at = shown_instant()


class RecordLineSchema(Schema):
    """A line of the service-time book; a reversal is an opposite line."""

    record_id = shown_id()
    order_id = shown_id()
    kind = fields.String(validate=validate.OneOf(("served", "reversed", "imported")))
    minutes = fields.Integer()
    evidence_class = fields.String()
    served_on = shown_day()
    recorded_at = shown_instant()


class MarksSchema(Schema):
    """Marks of the last 90 days."""

    no_shows = fields.Integer()
    late_cancellations = fields.Integer()


class ServiceTimeSchema(Schema):
    """A person's book of service time."""

    person_id = shown_id()
    total_minutes = fields.Integer()
    verified_minutes = fields.Integer()
    attested_minutes = fields.Integer()
    star = fields.Integer()
    marks = fields.Nested(MarksSchema)
    items = fields.List(fields.Nested(RecordLineSchema))


class OlderRecordSchema(Schema):
    """An older record of service, proposed or taken over."""

    record_id = shown_id()
    state = fields.String(validate=validate.OneOf(("proposed", "decided", "declined")))
    person_id = shown_id()
    minutes = fields.Integer()
    served_on = shown_day()
    scan = fields.String(allow_none=True)
    proposed_by = shown_id()
    decided_by = shown_id()
    decision_why = fields.String()


class CertificateSchema(Schema):
    """Proof of service; only whether it verifies is told to who has a wrong code."""

    certificate_id = shown_id()
    verifies = fields.Boolean()
    number = fields.Integer()
    person_id = shown_id()
    minutes = fields.Integer()
    verified_minutes = fields.Integer()
    first_on = shown_day()
    last_on = shown_day()
    issued_by = shown_id()
    issued_at = shown_instant()
    verification_code = fields.String()


class VisitSchema(Schema):
    """A care visit."""

    visit_id = shown_id()
    person_id = shown_id()
    how = fields.String(validate=validate.OneOf(("door", "phone", "video", "order")))
    outcome = fields.String(validate=validate.OneOf(("seen", "no_answer")))
    visited_at = shown_instant()
    recorded_by = shown_id()
    order_id = shown_id()
    reversed = fields.Boolean()


class VisitPlanSchema(Schema):
    """Until when a person on the visit list is to be seen."""

    person_id = shown_id()
    risk = fields.String()
    interval_days = fields.Integer()
    listed_on = shown_day()
    last_seen_on = shown_day()
    due_on = shown_day()
    is_overdue = fields.Boolean()


class VisitIndicatorSchema(Schema):
    """The monthly visit rate of a unit, and who is overdue today."""

    unit_id = shown_id()
    month = fields.String()
    listed = fields.Integer()
    visited = fields.Integer()
    rate_percent = fields.Integer()
    overdue = fields.List(shown_id())


class MatchSchema(Schema):
    """A volunteer who passes every gate, and why they stand where they stand."""

    person_id = shown_id()
    distance_m = fields.Integer(allow_none=True)
    helped_before = fields.Integer()
    served = fields.Integer()
    reasons = fields.List(fields.String())
