"""What is sent of welfare checks, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from libs.http.fields import Choice, Whole, word_of
from services.orders.core.schemas import shown_id, shown_instant
from services.orders.welfare.rules import SAID, CheckState, Rung, StepOutcome

NUMBER_MAX = 99


class StepTermsSchema(Schema):
    """Which step is meant (1, 2 …): one that has passed is refused."""

    number = Whole(1, NUMBER_MAX, required=True)


class StepOutcomeSchema(StepTermsSchema):
    """What came of a step."""

    outcome = Choice(SAID, required=True)


class WelfareStepSchema(Schema):
    """A step of a welfare check: who was told, who took it, and what came of it."""

    number = fields.Integer()
    rung = word_of(Rung)
    began_at = shown_instant()
    answer_by = shown_instant()
    told_ids = fields.List(fields.UUID())
    above_ids = fields.List(fields.UUID())
    taken_by = shown_id()
    taken_at = shown_instant()
    outcome = word_of(StepOutcome)
    reported_by = shown_id()
    reported_at = shown_instant()


class WelfareSchema(Schema):
    """How far a welfare check has come, with all its steps."""

    state = word_of(CheckState)
    rung = word_of(Rung)
    number = fields.Integer()
    steps = fields.List(fields.Nested(WelfareStepSchema))


class MyCheckSchema(Schema):
    """A welfare check of which one was told."""

    incident_id = shown_id()
    person_id = shown_id()
    state = word_of(CheckState)
    rung = word_of(Rung)
    number = fields.Integer()
    opened_at = shown_instant()
    answer_by = shown_instant()
    taken_by = shown_id()


class TakenStepSchema(Schema):
    """A step that somebody does."""

    incident_id = shown_id()
    state = word_of(CheckState)
    number = fields.Integer()
    taken_by = shown_id()
    answer_by = shown_instant()
