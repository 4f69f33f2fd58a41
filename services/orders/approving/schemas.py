"""What is sent to confirm and to sign, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from libs.http.fields import Text, Whole, choice_of, shown_minutes, word_of
from libs.programme.acting_schemas import ActingSchema
from services.orders.approving.rules.call_backs import SpokeWith, WasThere
from services.orders.approving.rules.sample import SampleOutcome
from services.orders.core.schemas import DEVICE_MAX, MINUTES_MAX, OwnActSchema, shown_id, shown_instant, words

BULK_MAX = 200


class ConfirmationSchema(ActingSchema):
    """The recipient's word."""

    rating = Whole(1, 5, allow_none=True, load_default=None)
    device = Text(DEVICE_MAX, shortest=1, allow_none=True, load_default=None)


class SampleCallSchema(OwnActSchema):
    """What the recipient of a drawn order says; `minutes` only where she says that it was fewer."""

    outcome = choice_of(SampleOutcome, required=True)
    minutes = Whole(1, MINUTES_MAX, allow_none=True, load_default=None)


class CallBackSchema(OwnActSchema):
    """What was asked on the telephone, and answered: who spoke, is or was somebody there, how long, in their words."""

    spoke_with = choice_of(SpokeWith, required=True)
    was_there = choice_of(WasThere, required=True)
    says_minutes = Whole(0, MINUTES_MAX, allow_none=True, load_default=None)
    words = words()


class CallBackShownSchema(Schema):
    """A call as it was recorded."""

    called_at = shown_instant()
    called_by = shown_id()
    spoke_with = word_of(SpokeWith)
    was_there = word_of(WasThere)
    says_minutes = shown_minutes("what they say it took", allow_none=True)
    words = fields.String()


class ApprovalsSchema(OwnActSchema):
    """The submissions to approve, in this order."""

    orders = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=BULK_MAX))


class ApprovalResultSchema(Schema):
    """What became of one submission."""

    order_id = shown_id()
    result = fields.String(validate=validate.OneOf(("approved", "skipped")))
    code = fields.String()


class ApprovalResultsSchema(Schema):
    """What became of each, in the list's order."""

    items = fields.List(fields.Nested(ApprovalResultSchema))


class SignaturesSchema(Schema):
    """What was signed: how many, how long it had waited since the recipient's word, what became of it."""

    signed_count = fields.Integer()
    waited_minutes = shown_minutes("from the recipient's word to the signature, in the middle")
    flagged_percent = fields.Integer()
    disputed_percent = fields.Integer(metadata={"description": "Disputed after the signature"})
    reversed_percent = fields.Integer()


class StatisticsSchema(Schema):
    """One's own signatures of the last days, and the middle of the others' in one's units, if three or more sign."""

    days = fields.Integer()
    own = fields.Nested(SignaturesSchema)
    others_count = fields.Integer()
    median = fields.Nested(SignaturesSchema, allow_none=True)
