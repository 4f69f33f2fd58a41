"""What one member of staff found about a person and a checker confirms: an ability grade, hardship categories."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.programme.two_people import Proposal, ProposalState, Verdict
from libs.programme.words import Grade, Hardship
from services.accounts.core.rules.persons import Person


class FindingKind(StrEnum):
    """What was found."""

    ASSESSMENT = "assessment"
    HARDSHIP = "hardship"


class FindingState(StrEnum):
    """Where a finding stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned_down"
    LAPSED = "lapsed"


_STATES = {
    ProposalState.PROPOSED: FindingState.WAITING,
    ProposalState.ACCEPTED: FindingState.CONFIRMED,
    ProposalState.DECLINED: FindingState.TURNED_DOWN,
    ProposalState.LAPSED: FindingState.LAPSED,
}


@dataclass(frozen=True)
class Finding:
    """It takes effect when confirmed by somebody else than who recorded it; whom it is about has no say."""

    proposal: Proposal
    kind: FindingKind
    person_id: UUID
    grade: Grade | None = None
    categories: tuple[Hardship, ...] = ()

    @property
    def finding_id(self) -> UUID:
        """Return the id under which it was recorded."""
        return self.proposal.proposal_id

    @property
    def is_confirmed(self) -> bool:
        """Tell whether it counts."""
        return self.proposal.state is ProposalState.ACCEPTED

    def state_at(self, now: datetime) -> FindingState:
        """Return where it stands; lapsed when nobody decided in time: it may be true no more."""
        return _STATES[self.proposal.state_at(now)]

    def decide(self, verdict: Verdict) -> "Finding":
        """Return it confirmed, or turned down.

        Raises:
            MakerIsCheckerError: who recorded it, or whom it is about, decides.
            AlreadyDecidedError, ProposalLapsedError
        """
        return replace(self, proposal=self.proposal.decide(verdict))

    def applied_to(self, person: Person) -> Person:
        """Return the person with what was found."""
        if self.kind is FindingKind.ASSESSMENT:
            assert self.grade is not None
            return person.graded(self.grade)
        return person.in_hardship(self.categories)
