"""What waits for its second person lapses by the programme's bound."""

from __future__ import annotations

from datetime import datetime

from libs.programme.refusals import ProposalLapsedError
from libs.programme.two_people import LAPSES_AFTER


def lapses_at(proposed_at: datetime) -> datetime:
    """Return until when a proposal may be decided."""
    return proposed_at + LAPSES_AFTER


def refuse_lapsed(proposed_at: datetime, now: datetime) -> None:
    """Refuse to decide what nobody decided in time; it is proposed anew, under another id.

    Raises:
        ProposalLapsedError
    """
    if now >= lapses_at(proposed_at):
        raise ProposalLapsedError(lapsed_at=lapses_at(proposed_at).isoformat())
