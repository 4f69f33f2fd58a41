"""What callers send and get in every feature. Answers are text already, and given again as they were."""

from __future__ import annotations

import functools

from marshmallow import Schema, fields, validate

from libs.http.fields import Degrees, Text, Whole, page_cursor, page_limit, word_of
from libs.programme.acting import WORDS_MAX
from libs.programme.acting_schemas import ConsentAnswer
from libs.programme.words import Funding
from services.orders.core.store.rows import Row

DEVICE_MAX = 100
MINUTES_MAX = 1440
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


class PlaceSchema(Schema):
    """A point on the map, in degrees."""

    latitude = Degrees(90, required=True)
    longitude = Degrees(180, required=True)


class ReasonSchema(OwnActSchema):
    """Why."""

    why = words(required=True)


class PageQuerySchema(Schema):
    """How much of a list, and from where."""

    limit = page_limit()
    cursor = page_cursor()


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
    funding = word_of(Funding)
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


FREE_WORDS = ("consent", "decision_why", "scan", "why", "words")
"""What somebody wrote. An answer to a command is kept to be given again, so it has none of them: they stand in columns
of their own, where erasure blanks them, and a `GET` shows them."""


def without_words(answer: Row) -> Row:
    """Return an answer as a command may keep it: without what somebody wrote."""
    return {name: value for name, value in answer.items() if name not in FREE_WORDS}


@functools.cache
def done_schema(kind: type[Schema]) -> type[Schema]:
    """Return the schema of what a command answers: a document without what somebody wrote."""
    kept = {name: field for name, field in kind._declared_fields.items() if name not in FREE_WORDS}
    return Schema.from_dict(kept, name=kind.__name__.removesuffix("Schema") + "Done")


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
