"""What callers send and get in every feature, and who sees which field of it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, TypeVar

from marshmallow import Schema, fields, missing

from libs.http.fields import Choice, Degrees, Text, Whole, page_cursor, page_limit, shown_minutes, word_of
from libs.programme.acting import WORDS_MAX
from libs.programme.acting_schemas import ConsentAnswer
from libs.programme.names import shown_name
from libs.programme.words import EvidenceClass, Fallback, Funding
from services.orders.core.rules.datum import Datum
from services.orders.core.rules.deadlines import DEFAULTS
from services.orders.core.rules.evidence import FLAG_WORDS, EvidenceKind
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.occasion import Kind
from services.orders.core.store.rows import Row
from services.orders.core.usecases.acts import Act

DEVICE_MAX = 100
MINUTES_MAX = 1440
SHOWN_STATES = tuple(state.value for state in State if state is not State.DRAFT)
"""A draft is nowhere: an order is saved in the state it was placed in."""

DUE = tuple(default.verb.value for default in DEFAULTS.values())
"""What happens by itself, where nobody acts before."""

F = TypeVar("F", bound=fields.Field[Any])


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
    """A point on the map, in degrees: as satellites give it, which browsers tell, or as Chinese maps (`gcj02`)."""

    datum = Choice(tuple(Datum), load_default=Datum.WGS84.value)
    latitude = Degrees(90, required=True)
    longitude = Degrees(180, required=True)


class ReasonSchema(OwnActSchema):
    """Why."""

    why = words(required=True)


class PageQuerySchema(Schema):
    """How much of a list, and from where."""

    limit = page_limit()
    cursor = page_cursor()


class ShownInstant(fields.String):
    """An instant in UTC with a Z; text already in an answer that was kept."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str | None:
        text = value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        return super()._serialize(text, attr, obj, **more)


def shown_instant(**options: Any) -> fields.String:
    """Return a field of an instant."""
    return ShownInstant(allow_none=True, metadata={"format": "date-time"}, **options)


def shown_id(**options: Any) -> fields.String:
    """Return a field of an id."""
    return fields.String(allow_none=True, metadata={"format": "uuid"}, **options)


class Sight(IntEnum):
    """How much of something a caller sees: each group sees what those before it see, too."""

    EVERYBODY = 0
    CONCERNED = 1
    STAFF = 2


def for_concerned(field: F, *, others: object = missing) -> F:
    """Return a field that those whom it concerns see, and staff; to others it holds `others`, or is left out."""
    return _seen_by(field, Sight.CONCERNED, others)


def for_staff(field: F) -> F:
    """Return a field that only staff of the unit see."""
    return _seen_by(field, Sight.STAFF, missing)


def _seen_by(field: F, sight: Sight, others: object) -> F:
    field.metadata = {**field.metadata, "x-seen-by": sight.name.lower(), "others": others, "sight": sight}
    return field


class SeenSchema(Schema):
    """What a caller sees of a value that knows the caller's `sight`: the fields of that group, and of those before it.

    A field's `attribute` is its way from the value. An answer that was kept holds what its caller saw, by its names.
    """

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Return what stands in a field, or what stands there for others."""
        name, field = self._by_attribute[attr]
        if isinstance(obj, Mapping):
            return obj.get(name, default)
        if obj.sight < field.metadata.get("sight", Sight.EVERYBODY):
            return field.metadata["others"]
        return functools.reduce(getattr, attr.split("."), obj)

    @functools.cached_property
    def _by_attribute(self) -> Mapping[str, tuple[str, fields.Field[Any]]]:
        return {field.attribute or name: (name, field) for name, field in self.fields.items()}


class VolunteerPartSchema(Schema):
    """One volunteer's part of an order."""

    person_id = shown_id()
    taken_at = shown_instant()
    checked_in_at = shown_instant()
    checked_out_at = shown_instant()
    actual_minutes = shown_minutes("from check-in to check-out; 0 until then")
    counted_minutes = shown_minutes("what counts of them, after a decision")
    evidence = fields.List(word_of(EvidenceKind))
    evidence_class = word_of(EvidenceClass, allow_none=True)
    group = shown_id()
    guardian = shown_id()
    ticked = fields.List(
        fields.Integer(),
        allow_none=True,
        metadata={"description": "Points of the order's list, from 0; none where nothing was said of them"},
    )


class ActSchema(Schema):
    """Something that the caller may do with an order in this state, or would but for a rule: its code and its words.

    A list tells what the order alone says; `GET /v1/orders/{id}` asks all rules that need no more of the caller.
    """

    act = word_of(Act)
    allowed = fields.Boolean()
    code = fields.String(allow_none=True)
    zh = fields.String(allow_none=True)
    en = fields.String(allow_none=True)


class OfferViewSchema(Schema):
    """An open offer: to whom, and until when it may be accepted."""

    to = shown_id()
    lapses_at = shown_instant()


class FlagWordsSchema(Schema):
    """A flag in words."""

    flag = word_of(FLAG_WORDS)
    zh = fields.String()
    en = fields.String()


class OrderSchema(SeenSchema):
    """An order as the caller may see it: flags, signatures and reasons for staff, no name and no address for anyone."""

    order_id = shown_id(attribute="order.order_id")
    state = word_of(SHOWN_STATES, attribute="order.state")
    code = fields.String(allow_none=True)
    kind = word_of(Kind, attribute="order.kind")
    venue_id = shown_id(attribute="order.occasion.venue_id")
    activity_id = shown_id(attribute="order.occasion.activity_id")
    recipient_id = for_concerned(shown_id(attribute="order.recipient_id"))
    payer_id = for_concerned(shown_id(attribute="order.payer_id"))
    service = fields.String(attribute="order.terms.service_code")
    service_name = shown_name()
    catalogue_version = fields.Integer(attribute="order.terms.catalogue_version")
    minutes = shown_minutes("planned", attribute="order.terms.planned_minutes")
    start = shown_instant(attribute="order.terms.start_at")
    end = shown_instant(attribute="order.terms.end_at")
    funding = word_of(Funding, attribute="order.funding")
    persons = fields.Integer(attribute="order.terms.persons", metadata={"description": "How many volunteers it wants"})
    persons_taken = fields.Integer(metadata={"description": "How many have taken it"})
    coefficient_percent = fields.Integer(attribute="order.terms.coefficient_percent")
    price_minutes = for_concerned(shown_minutes("what it costs", attribute="order.terms.price_minutes"))
    unit_id = shown_id(attribute="order.unit_id")
    unit_name = shown_name()
    district_id = shown_id(attribute="order.district_id")
    volunteers = for_concerned(fields.List(fields.Nested(VolunteerPartSchema)), others=())
    offered_to = for_concerned(shown_id(), others=None)
    offer_lapses_at = for_concerned(shown_instant(), others=None)
    falls_due = for_concerned(word_of(DUE, allow_none=True))
    falls_due_at = for_concerned(shown_instant())
    offers = for_staff(fields.List(fields.Nested(OfferViewSchema)))
    policy_version = fields.Integer()
    published_at = shown_instant(attribute="order.publication.published_at")
    asked_at = for_concerned(shown_instant(attribute="order.publication.asked_at"))
    wait_until = for_concerned(shown_instant(attribute="order.publication.wait_until"))
    settlement = for_concerned(fields.Integer(attribute="order.approval.settlement"))
    fallback = for_concerned(word_of(Fallback, allow_none=True))
    says_minutes = for_concerned(
        shown_minutes("what the recipient says it was", allow_none=True, attribute="order.dispute.says_minutes")
    )
    decided_minutes = for_concerned(
        shown_minutes("what counts, where so decided", allow_none=True, attribute="order.approval.decided_minutes")
    )
    awaits_second = for_staff(fields.Boolean())
    second_id = for_staff(shown_id())
    late_cancelled = for_concerned(fields.Boolean(attribute="order.ending.late_cancelled"))
    flags = for_staff(fields.List(word_of(FLAG_WORDS)))
    flag_words = for_staff(fields.List(fields.Nested(FlagWordsSchema)))
    placed_by = for_staff(shown_id(attribute="order.placement.by"))
    placed_at = for_staff(shown_instant(attribute="order.placement.at"))
    acting_for = for_staff(shown_id(attribute="order.placement.acting_for"))
    consent = for_staff(fields.Nested(ConsentAnswer, allow_none=True))
    why = for_staff(fields.String(attribute="order.placement.why"))
    confirmed_by = for_staff(shown_id(attribute="order.confirmation.by"))
    rating = for_staff(fields.Integer(allow_none=True, attribute="order.confirmation.rating"))
    called_back_by = for_staff(shown_id(attribute="order.submission.called_back_by"))
    approvers = for_staff(fields.List(shown_id(), attribute="order.approval.approvers"))
    decided_by = for_staff(shown_id(attribute="order.dispute.decided_by"))
    decision_why = for_staff(fields.String(attribute="order.dispute.why"))
    issued_minutes = for_staff(shown_minutes("what the ledger paid out", attribute="order.approval.issued_minutes"))
    corrects = for_concerned(shown_id(attribute="order.placement.corrects"))
    slip_number = for_staff(fields.Integer(allow_none=True, attribute="order.placement.slip_number"))
    distance_m = fields.Integer(allow_none=True, metadata={"description": "At most so far from `near`, in steps"})
    checklist = for_concerned(fields.List(fields.String()))
    reserve_yuan = for_staff(
        fields.Integer(allow_none=True, metadata={"description": "What buying it would cost the reserve: a guide"})
    )
    acts = fields.List(fields.Nested(ActSchema))


FREE_WORDS = (
    "consent", "contact", "decision_why", "lifted_why", "provider", "revoked_why", "scan", "why", "words",
)  # fmt: skip
"""What somebody wrote. An answer to a command is kept to be given again, so it has none of them: they stand in columns
of their own, where erasure blanks them, and a `GET` shows them."""

NOT_KEPT = (
    *FREE_WORDS, "acts", "checklist", "falls_due", "falls_due_at", "reserve_yuan", "service_name", "unit_name",
)  # fmt: skip
"""Nor has it what may be done next, which changes, nor names, which depend on the language of who asks, nor what the
service says."""


def without_words(answer: Row) -> Row:
    """Return an answer as a command may keep it: without what somebody wrote."""
    return {name: value for name, value in answer.items() if name not in FREE_WORDS}


@functools.cache
def done_schema(kind: type[Schema]) -> type[Schema]:
    """Return the schema of what a command answers: without what somebody wrote, and without acts and names."""
    base = SeenSchema if issubclass(kind, SeenSchema) else Schema
    kept = {name: field for name, field in kind._declared_fields.items() if name not in NOT_KEPT}
    return base.from_dict(kept, name=kind.__name__.removesuffix("Schema") + "Done")


class OrderPageSchema(Schema):
    """A page of orders."""

    items = fields.List(fields.Nested(OrderSchema))
    next = fields.String(allow_none=True)


def shown_day(**options: Any) -> fields.String:
    """Return a field of a local day."""
    return fields.String(allow_none=True, metadata={"format": "date"}, **options)


@functools.cache
def page_of_schema(kind: type[Schema]) -> type[Schema]:
    """Return the schema of a page of these."""
    name = kind.__name__.removesuffix("Schema")
    members = {"items": fields.List(fields.Nested(kind)), "next": fields.String(allow_none=True)}
    return type(f"{name}sSchema", (Schema,), {**members, "__doc__": "A page."})
