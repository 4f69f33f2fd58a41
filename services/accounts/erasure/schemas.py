"""What is said and answered about the end of the use of somebody's data."""

from marshmallow import Schema, fields

from libs.http.fields import Choice, word_of
from libs.programme.acting_schemas import ActingSchema
from services.accounts.core.rules.persons import ErasureState
from services.accounts.core.schemas import Answer, id_field, instant, instant_field
from services.accounts.erasure.rules import Erasure


class ErasureAnswer(Schema):
    """Where an erasure stands."""

    erasure_id = id_field()
    person_id = id_field()
    state = word_of(ErasureState)
    code = fields.String(allow_none=True)
    requested_at = instant_field()


class ErasureSchema(ActingSchema):
    """Where remaining credit goes."""

    credit_to = Choice(["pool"], load_default=None, allow_none=True)


def erasure_answer(erasure: Erasure) -> Answer:
    """Return where an erasure stands."""
    return {
        "erasure_id": str(erasure.erasure_id),
        "person_id": str(erasure.person_id),
        "state": erasure.state,
        "code": erasure.code or None,
        "requested_at": instant(erasure.requested_at),
    }
