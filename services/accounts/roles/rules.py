"""Staff roles are given by two people, to somebody whose identity two members of staff have seen."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.errors import ForbiddenError
from libs.programme.refusals import ProposalLapsedError
from libs.programme.two_people import Proposal, ProposalState, Verdict
from libs.programme.words import RANKS, Role
from services.accounts.core.rules.identity import IdKind
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.roles.refusals import IdentityNotSeenError, SecondTooLowError

GRANT_ROLE = "grant_role"
SEEN_BY_MIN = 2


class AppointmentAct(StrEnum):
    """What is proposed about a role."""

    GIVE = "give"
    END = "end"


@dataclass(frozen=True)
class Sighting:
    """A member of staff saw the document that shows who a person is."""

    sighting_id: UUID
    person_id: UUID
    document: IdKind
    seen_by: UUID
    seen_at: datetime


@dataclass(frozen=True)
class Appointment:
    """A staff role that somebody is to be given, or to lose, with the rank of who proposed it.

    `kept_by` looks after it in the place of who proposed it and left, and decides it as little.
    """

    proposal: Proposal
    grant_id: UUID
    act: AppointmentAct
    person_id: UUID
    role: Role
    unit_id: UUID
    proposer_rank: int
    kept_by: UUID | None = None

    @property
    def keeper_id(self) -> UUID:
        """Return who looks after it, and may take it back."""
        return self.kept_by or self.proposal.proposed_by

    def decide(self, verdict: Verdict, *, rank: int, proposer_rank_now: int) -> "Appointment":
        """Return it decided by the second person, whose highest rank that grants roles at the unit is `rank`.

        Raises:
            MakerIsCheckerError, AlreadyDecidedError
            SecondTooLowError: the second is of a lower level than the first was.
            ProposalLapsedError: nobody decided in time, or the first may propose this no more.
        """
        decided = self.proposal.decide(verdict)
        if rank < self.proposer_rank:
            raise SecondTooLowError
        if verdict.ok and proposer_rank_now < self.proposer_rank:
            raise ProposalLapsedError(proposal_id=self.proposal.proposal_id)
        return replace(self, proposal=decided)

    def withdraw(self, *, now: datetime) -> "Appointment":
        """Return it taken back.

        Raises:
            AlreadyDecidedError, ProposalLapsedError
        """
        return replace(self, proposal=self.proposal.withdraw(now=now))

    @property
    def is_accepted(self) -> bool:
        """Tell whether both said yes."""
        return self.proposal.state is ProposalState.ACCEPTED

    def role_grant(self) -> RoleGrant:
        """Return the role that both have given."""
        decided_at = self.proposal.decided_at
        assert decided_at is not None, "only what two people accepted is given"
        return RoleGrant(self.grant_id, self.person_id, self.role, self.unit_id, self.proposal.proposed_by, decided_at)


def refuse_above_rank(role: Role, rank: int) -> None:
    """Refuse to give a role that stands higher than who gives it.

    Raises:
        ForbiddenError: `not_authorised`
    """
    if RANKS[role] > rank:
        raise ForbiddenError(role=role)


def refuse_unseen(seen_by: Iterable[UUID]) -> None:
    """Refuse unless enough members of staff have seen who somebody is.

    Raises:
        IdentityNotSeenError
    """
    seen = len(set(seen_by))
    if seen < SEEN_BY_MIN:
        raise IdentityNotSeenError(seen_by=seen, needed=SEEN_BY_MIN)
