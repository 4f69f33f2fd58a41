"""What is sent to dispute, decide and reverse, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import shown_minutes, word_of
from libs.programme.acting_schemas import ActingSchema, ConsentAnswer
from libs.programme.two_people import ProposalState
from services.orders.approving.rules.sample import SampleOutcome
from services.orders.approving.schemas import CallBackShownSchema
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.schemas import OrderSchema, OwnActSchema, minutes, shown_day, shown_id, shown_instant, words


class DisputeSchema(ActingSchema):
    """What the recipient says it was."""

    says_minutes = minutes(least=0)


class DecisionSchema(OwnActSchema):
    """The minutes that count, and why; `second` is who will sign fewer minutes of settled hours."""

    minutes = minutes(least=0)
    why = words(required=True)
    second = fields.UUID(allow_none=True, load_default=None)


class StepSchema(Schema):
    """What was done to an order; `by` is empty where the clock or another service did it."""

    number = fields.Integer()
    verb = word_of(Verb)
    from_state = word_of(State)
    to_state = word_of(State)
    by = shown_id()
    acting_for = shown_id()
    consent = fields.Nested(ConsentAnswer, allow_none=True)
    why = fields.String()
    at = shown_instant()


class ReversalSchema(Schema):
    """A reversal: proposed, decided or lapsed."""

    reversal_id = shown_id()
    settlement = fields.Integer()
    why = fields.String()
    state = word_of(ProposalState)
    proposed_by = shown_id()
    proposed_at = shown_instant()
    lapses_at = shown_instant()
    decided_by = shown_id()
    decided_at = shown_instant()
    accepted = fields.Boolean(allow_none=True)
    decision_why = fields.String()


class DecisionShownSchema(Schema):
    """Fewer minutes of settled hours: who decided so, and what the second person said, whom they named."""

    decision_id = shown_id()
    settlement = fields.Integer()
    minutes = shown_minutes("what counts instead")
    why = fields.String()
    second_id = shown_id()
    state = word_of(ProposalState)
    proposed_by = shown_id()
    proposed_at = shown_instant()
    lapses_at = shown_instant()
    decided_by = shown_id()
    decided_at = shown_instant()
    decision_why = fields.String()


class SampleSchema(Schema):
    """How an order was or was not drawn for a call by another office, and what came of it.

    Drawn where SHA-256 of the seed and the order's id, its first 8 bytes as a number modulo 100, is less than the
    policy's share. The seed is told when its day is over.
    """

    day = shown_day()
    seed = fields.String(allow_none=True)
    drawn = fields.Boolean()
    share_percent = fields.Integer()
    call_until = shown_instant()
    tries = fields.Integer()
    outcome = word_of(SampleOutcome, allow_none=True)
    said_minutes = shown_minutes("what she says it was", allow_none=True)
    called_by = shown_id()
    called_at = shown_instant()


class EvidenceSchema(Schema):
    """Every step, proof and signature of an order."""

    order = fields.Nested(OrderSchema)
    sample = fields.Nested(SampleSchema, allow_none=True)
    steps = fields.List(fields.Nested(StepSchema))
    decisions = fields.List(fields.Nested(DecisionShownSchema))
    reversals = fields.List(fields.Nested(ReversalSchema))
    call_backs = fields.List(fields.Nested(CallBackShownSchema))
