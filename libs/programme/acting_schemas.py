"""What a caller says of acting for somebody: the same fields in every service."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from libs.http.fields import Instant, Text, choice_of
from libs.programme.acting import WORDS_MAX, Consent, ConsentHow


class ConsentSchema(Schema):
    """How the person's word reached whoever acts for them, when, and in which words."""

    how = choice_of(ConsentHow, required=True)
    given_at = Instant(required=True)
    words = Text(WORDS_MAX, shortest=1, lines=True, required=True)

    @post_load
    def consent(self, loaded: dict[str, Any], **_: object) -> Consent:
        """Return the value."""
        return Consent(loaded["how"], loaded["given_at"], loaded["words"].strip())


class ConsentAnswer(Schema):
    """A consent as it is stored; without words once the person's data are erased."""

    how = fields.String(validate=validate.OneOf([how.value for how in ConsentHow]))
    given_at = fields.String(metadata={"format": "date-time"})
    words = fields.String()


class ActingSchema(Schema):
    """For whom somebody else acts, with which consent, and why; left out when people act for themselves."""

    acting_for = fields.UUID(allow_none=True, load_default=None)
    consent = fields.Nested(ConsentSchema, allow_none=True, load_default=None)
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)
