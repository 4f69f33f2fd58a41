"""What callers send and get of estates."""

from marshmallow import Schema, fields

from libs.http.fields import Text, word_of
from libs.programme.acting import WORDS_MAX


class EstateTermsSchema(Schema):
    """To whom a dead person's credit goes; to the pool without `to_person_id`."""

    person_id = fields.UUID(required=True)
    to_person_id = fields.UUID(allow_none=True, load_default=None)
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)


class EstateSchema(Schema):
    """The settlement of an estate."""

    estate_id = fields.UUID()
    person_id = fields.UUID()
    district_id = fields.UUID()
    to_person_id = fields.UUID(allow_none=True)
    state = word_of(("proposed", "requested", "done", "declined", "turned_down", "lapsed"))
    code = fields.String(allow_none=True)
    proposed_by = fields.UUID()
    proposed_at = fields.AwareDateTime(format="iso")
    lapses_at = fields.AwareDateTime(format="iso", metadata={"description": "When it lapses if nobody has decided it"})
    why = fields.String(allow_none=True, metadata={"description": "Why it was proposed"})
    decided_by = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    decision_why = fields.String(allow_none=True, metadata={"description": "Why the second person said so"})


class EstatePageSchema(Schema):
    """A page of estates."""

    items = fields.List(fields.Nested(EstateSchema))
    next = fields.String(allow_none=True)
