"""Acts of two people: one proposes under an id, another decides yes or no with a reason; both are recorded.

Who may propose and who may decide is the act's own question. What holds for all of them is here, and nowhere else:
whoever had a hand in it decides nothing, a decision is made once, and what nobody decides lapses by a named bound.
`libs.programme.proposals` has the columns in which every such act is kept, `two_people_schemas` what is said of it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import AlreadyDecidedError, MakerIsCheckerError, ProposalLapsedError

LAPSES_AFTER = timedelta(days=14)
"""How long a proposal waits for its second person, where its act names no other bound."""


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The second person's word: yes, or no, and why; `lent_by`: whose roles are lent to them."""

    by: UUID
    ok: bool
    why: str
    at: datetime
    lent_by: frozenset[UUID] = frozenset()

    @property
    def hands(self) -> frozenset[UUID]:
        """Return whose hands theirs count as."""
        return self.lent_by | {self.by}


@dataclass(frozen=True)
class Proposal:
    """What one person proposed and another decides; `hands` are those who, beside its maker, may not decide it."""

    proposal_id: UUID
    proposed_by: UUID
    proposed_at: datetime
    lapses_at: datetime
    hands: frozenset[UUID] = frozenset()
    state: ProposalState = ProposalState.PROPOSED
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    why: str = ""

    def state_at(self, now: datetime) -> ProposalState:
        """Return where it stands at an instant: what nobody decided in time has lapsed."""
        has_lapsed = self.state is ProposalState.PROPOSED and now >= self.lapses_at
        return ProposalState.LAPSED if has_lapsed else self.state

    def decide(self, verdict: Verdict) -> "Proposal":
        """Return it accepted or declined by the second person.

        Raises:
            MakerIsCheckerError: they proposed it, or had another hand in it.
            AlreadyDecidedError, ProposalLapsedError
        """
        refuse_hand(verdict.hands, {self.proposed_by, *self.hands})
        self.refuse_unless_open(verdict.at)
        state = ProposalState.ACCEPTED if verdict.ok else ProposalState.DECLINED
        return replace(self, state=state, decided_by=verdict.by, decided_at=verdict.at, why=verdict.why)

    def withdraw(self, *, now: datetime) -> "Proposal":
        """Return it taken back.

        Raises:
            AlreadyDecidedError, ProposalLapsedError
        """
        self.refuse_unless_open(now)
        return replace(self, state=ProposalState.WITHDRAWN, decided_at=now)

    def closed(self, *, now: datetime) -> "Proposal":
        """Return what waits no more because its maker proposed something else: taken back, where it had not lapsed."""
        has_lapsed = self.state_at(now) is ProposalState.LAPSED
        return replace(self, state=ProposalState.LAPSED) if has_lapsed else self.withdraw(now=now)

    def refuse_unless_open(self, now: datetime) -> None:
        """Refuse what was decided, taken back, or has lapsed.

        Raises:
            AlreadyDecidedError, ProposalLapsedError
        """
        state = self.state_at(now)
        if state is ProposalState.LAPSED:
            raise ProposalLapsedError(proposal_id=self.proposal_id, lapsed_at=self.lapses_at.isoformat())
        if state is not ProposalState.PROPOSED:
            raise AlreadyDecidedError(state=state)


def propose(
    *,
    proposal_id: UUID,
    by: UUID,
    now: datetime,
    hands: frozenset[UUID] = frozenset(),
    lapses_after: timedelta = LAPSES_AFTER,
) -> Proposal:
    """Return a proposal that waits for its second person until it lapses."""
    return Proposal(proposal_id, by, now, now + lapses_after, hands)


def refuse_hand(theirs: Collection[UUID], hands: Collection[UUID | None]) -> None:
    """Refuse whoever had a hand in what they would decide; `theirs` are whose hands count as their own.

    Raises:
        MakerIsCheckerError
    """
    if any(hand in hands for hand in theirs):
        raise MakerIsCheckerError
