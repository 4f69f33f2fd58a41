"""What is said and answered about handovers."""

from marshmallow import Schema, fields, validate

from libs.http.fields import choice_of, word_of
from libs.programme.names import shown_name
from libs.programme.words import WorkKind
from services.accounts.core.schemas import Answer, PageSchema, id_field, instant, instant_field
from services.accounts.handovers.rules import Handover, OpenWork


class HandoverSchema(Schema):
    """From whom to whom, at which unit and below, and what: all where no kind is named."""

    from_id = fields.UUID(required=True)
    to_id = fields.UUID(required=True)
    unit_id = fields.UUID(required=True)
    kinds = fields.List(choice_of(WorkKind), load_default=None, validate=validate.Length(min=1, max=len(WorkKind)))


class HandoversQuerySchema(PageSchema):
    """Of a unit and all below it, else of a person: oneself where nobody is named."""

    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)


class OpenWorkQuerySchema(Schema):
    """At which unit and below; of whom, else what who left has left behind."""

    unit = fields.UUID(required=True)
    person = fields.UUID(load_default=None)


class ReceiversQuerySchema(Schema):
    """At which unit, and from whom."""

    unit = fields.UUID(required=True)
    person = fields.UUID(required=True)


class ReceiverAnswer(Schema):
    """Somebody who may take over."""

    person_id = id_field()
    name = shown_name()


class OpenWorkAnswer(Schema):
    """Something that waits for exactly one member of staff; `until`: when it ends by itself."""

    kind = word_of(WorkKind)
    subject_id = id_field()
    holder_id = id_field()
    holder_name = shown_name()
    unit_id = id_field()
    unit_name = shown_name()
    about_id = id_field()
    until = instant_field()


class MovedAnswer(Schema):
    """What came of one kind; without figures as long as it is not known."""

    kind = word_of(WorkKind)
    moved = fields.Integer(allow_none=True)
    left = fields.Integer(allow_none=True)


class HandoverAnswer(Schema):
    """What went from whom to whom."""

    handover_id = id_field()
    from_id = id_field()
    from_name = shown_name()
    to_id = id_field()
    to_name = shown_name()
    unit_id = id_field()
    unit_name = shown_name()
    asked_by = id_field()
    asked_at = instant_field()
    results = fields.List(fields.Nested(MovedAnswer))


def handover_answer(of: Handover) -> Answer:
    """Return a handover with what came of each kind so far."""
    done = {result.kind: result for result in of.results}
    results = [
        {
            "kind": kind,
            "moved": done[kind].moved if kind in done else None,
            "left": done[kind].left if kind in done else None,
        }
        for kind in of.kinds
    ]
    return {
        "handover_id": str(of.handover_id),
        "from_id": str(of.from_id),
        "to_id": str(of.to_id),
        "unit_id": str(of.unit_id),
        "asked_by": str(of.asked_by),
        "asked_at": instant(of.asked_at),
        "results": results,
    }


def open_work_answer(of: OpenWork) -> Answer:
    """Return what waits for somebody."""
    return {
        "kind": of.kind,
        "subject_id": str(of.subject_id),
        "holder_id": str(of.holder_id),
        "unit_id": str(of.unit_id),
        "about_id": str(of.about_id),
        "until": instant(of.until_at),
    }
