"""A death is recorded by one and confirmed by another; until the estate is settled two can find it mistaken."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import EstateSettledError
from libs.programme.two_people import Proposal, ProposalState, Verdict
from libs.programme.words import PersonStatus
from services.accounts.core.refusals import WrongPersonStateError


class DeathState(StrEnum):
    """Where a recorded death stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned_down"
    LAPSED = "lapsed"
    MISTAKEN = "mistaken"


class MistakeState(StrEnum):
    """Where it stands that a death was a mistake."""

    PROPOSED = "proposed"
    REQUESTED = "requested"
    TURNED_DOWN = "turned_down"
    LAPSED = "lapsed"
    DONE = "done"
    DECLINED = "declined"


_DEATHS = {
    ProposalState.PROPOSED: DeathState.WAITING,
    ProposalState.ACCEPTED: DeathState.CONFIRMED,
    ProposalState.DECLINED: DeathState.TURNED_DOWN,
    ProposalState.LAPSED: DeathState.LAPSED,
}
_MISTAKES = {
    ProposalState.PROPOSED: MistakeState.PROPOSED,
    ProposalState.DECLINED: MistakeState.TURNED_DOWN,
    ProposalState.LAPSED: MistakeState.LAPSED,
}


@dataclass(frozen=True)
class Death:
    """It has no effect until somebody else than who recorded it confirms it."""

    proposal: Proposal
    person_id: UUID
    died_on: date
    is_mistaken: bool = False
    status_before: PersonStatus | None = None
    ended_grants: tuple[UUID, ...] = ()
    estate_settled_at: datetime | None = None

    @property
    def death_id(self) -> UUID:
        """Return the id under which it was recorded."""
        return self.proposal.proposal_id

    @property
    def is_confirmed(self) -> bool:
        """Tell whether two people said it, and none since that it was a mistake."""
        return self.proposal.state is ProposalState.ACCEPTED and not self.is_mistaken

    def state_at(self, now: datetime) -> DeathState:
        """Return where it stands, lapsed when nobody decided in time."""
        return DeathState.MISTAKEN if self.is_mistaken else _DEATHS[self.proposal.state_at(now)]

    def decide(self, verdict: Verdict) -> "Death":
        """Return it confirmed or turned down.

        Raises:
            MakerIsCheckerError: who recorded it, or whom it is about, decides.
            AlreadyDecidedError, ProposalLapsedError
        """
        return replace(self, proposal=self.proposal.decide(verdict))

    def took(self, status: PersonStatus, grants: tuple[UUID, ...]) -> "Death":
        """Return it with what it took, so that it can be given back."""
        return replace(self, status_before=status, ended_grants=grants)

    def took_too(self, grant_id: UUID) -> "Death":
        """Return it as what keeps one more grant ended, which an earlier death of the other side had ended."""
        return replace(self, ended_grants=(*self.ended_grants, grant_id))

    def found_mistaken(self) -> "Death":
        """Return it as what never was."""
        return replace(self, is_mistaken=True)

    def refuse_unless_correctable(self) -> None:
        """Refuse to find mistaken what is no death, or whose estate is with the heirs.

        Raises:
            WrongPersonStateError: it was never confirmed, or was found mistaken before.
            EstateSettledError
        """
        if not self.is_confirmed:
            raise WrongPersonStateError(state=DeathState.MISTAKEN if self.is_mistaken else _DEATHS[self.proposal.state])
        if self.estate_settled_at is not None:
            raise EstateSettledError


@dataclass(frozen=True)
class DeathMistake:
    """Proposed by one, decided by another; done when the ledger has given the wallets back."""

    proposal: Proposal
    death_id: UUID
    person_id: UUID
    why: str
    is_answered: bool = False
    code: str = ""

    @property
    def mistake_id(self) -> UUID:
        """Return the id under which it was proposed."""
        return self.proposal.proposal_id

    @property
    def waits_for_ledger(self) -> bool:
        """Tell whether both said yes and the ledger has not answered."""
        return self.proposal.state is ProposalState.ACCEPTED and not self.is_answered

    @property
    def is_done(self) -> bool:
        """Tell whether the wallets are given back."""
        return self.is_answered and not self.code

    def state_at(self, now: datetime) -> MistakeState:
        """Return where it stands, lapsed when nobody decided in time."""
        if self.waits_for_ledger:
            return MistakeState.REQUESTED
        if self.is_answered:
            return MistakeState.DECLINED if self.code else MistakeState.DONE
        return _MISTAKES[self.proposal.state_at(now)]

    def decide(self, verdict: Verdict) -> "DeathMistake":
        """Return it turned down, or asked of the ledger.

        Raises:
            MakerIsCheckerError: who proposed it, or whom it is about, decides.
            AlreadyDecidedError, ProposalLapsedError
        """
        return replace(self, proposal=self.proposal.decide(verdict))

    def answered(self, code: str) -> "DeathMistake":
        """Return it as the ledger's answer leaves it; no code means that the wallets are given back."""
        return replace(self, is_answered=True, code=code)
