"""An act of two people whose states have words of its own, as every such act is."""

from datetime import datetime
from uuid import UUID

from libs.programme.two_people import LAPSES_AFTER, Proposal, ProposalState

_STANDS = {
    "proposed": ProposalState.PROPOSED,
    "turned_down": ProposalState.DECLINED,
    "lapsed": ProposalState.LAPSED,
}


def stands_at(state: str) -> ProposalState:
    """Return where the second person's word stands; what goes on without one, or after a yes, waits for nobody."""
    return _STANDS.get(state, ProposalState.ACCEPTED)


def as_proposal(proposal_id: UUID, *, proposed_by: UUID, lapses_at: datetime, state: ProposalState) -> Proposal:
    """Return what lapses by the common bound."""
    return Proposal(proposal_id, proposed_by, lapses_at - LAPSES_AFTER, lapses_at, state=state)
