"""What is said and answered about an act of two people: the same document in every service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.contracts.powers import POWERS
from libs.http.fields import Text, Truth
from libs.programme.acting import WORDS_MAX
from libs.programme.two_people import Proposal, ProposalState
from libs.programme.words import Role


class VerdictSchema(Schema):
    """The second person's word: yes, or no with a reason. A yes is never taken for granted."""

    ok = Truth(required=True)
    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)

    @validates_schema
    def no_needs_a_reason(self, body: Mapping[str, Any], **_: object) -> None:
        """Refuse a no without a word why."""
        if body.get("ok") is False and not (body.get("why") or "").strip():
            raise ValidationError("turning down needs a reason", "why")


class ProposalAnswer(Schema):
    """Where an act of two people stands: who proposed it, who may decide it and until when, what was decided."""

    state = fields.String(validate=validate.OneOf([proposal_state.value for proposal_state in ProposalState]))
    proposed_by = fields.String(metadata={"format": "uuid"})
    proposed_at = fields.String(metadata={"format": "date-time"})
    lapses_at = fields.String(metadata={"format": "date-time"})
    roles_to_decide = fields.List(fields.String(validate=validate.OneOf(list(Role))))
    decided_by = fields.String(allow_none=True, metadata={"format": "uuid"})
    decided_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    why = fields.String()


def roles_to_decide(power: str) -> list[str]:
    """Return the roles that hold a power: whose word a proposal waits for, of somebody else than its maker."""
    return sorted(POWERS[power])


def proposal_answer(proposal: Proposal, power: str, *, now: datetime) -> dict[str, object]:
    """Return where a proposal stands at an instant."""
    return {
        "state": proposal.state_at(now),
        "proposed_by": str(proposal.proposed_by),
        "proposed_at": _instant(proposal.proposed_at),
        "lapses_at": _instant(proposal.lapses_at),
        "roles_to_decide": roles_to_decide(power),
        "decided_by": str(proposal.decided_by) if proposal.decided_by else None,
        "decided_at": _instant(proposal.decided_at) if proposal.decided_at else None,
        "why": proposal.why,
    }


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
