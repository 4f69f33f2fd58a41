"""What callers send and get in more than one feature; unknown fields are refused."""

from marshmallow import Schema, ValidationError, fields, validates_schema

from libs.http.fields import Text, Truth, Whole, page_cursor, page_limit
from libs.programme.acting import WORDS_MAX

MINUTES_MAX = 1_000_000


def minutes_field(*, least: int = 0, most: int = MINUTES_MAX) -> Whole:
    """Return a field of whole minutes."""
    return Whole(least, most, required=True)


class PageQuerySchema(Schema):
    """How much of a list, and from where."""

    limit = page_limit()
    cursor = page_cursor()


class ProposalQuerySchema(PageQuerySchema):
    """Which proposals to list: of a person, or of the people of a unit and all below it."""

    person = fields.UUID(load_default=None)
    unit = fields.UUID(load_default=None)
    state = Text(20, shortest=1, load_default=None)


class DecisionSchema(Schema):
    """The second person's word: yes, or no and why."""

    ok = Truth(required=True)
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)

    @validates_schema
    def no_says_why(self, terms: dict[str, object], **_: object) -> None:
        """Whoever turns down says why."""
        if terms.get("ok") is False and not str(terms.get("why") or "").strip():
            raise ValidationError("turning down needs a reason", "why")
