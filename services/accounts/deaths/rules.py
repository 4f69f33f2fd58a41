"""A death is recorded by one and confirmed by another; until the estate is settled two can find it mistaken."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import AlreadyDecidedError, MakerIsCheckerError
from libs.programme.words import PersonStatus
from services.accounts.core.refusals import RecordLapsedError, WrongPersonStateError
from services.accounts.core.rules.records import RECORD_WAITS_DAYS_MAX
from services.accounts.deaths.refusals import EstateSettledError


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


@dataclass(frozen=True)
class Death:
    """It has no effect until somebody else than who recorded it confirms it."""

    death_id: UUID
    person_id: UUID
    died_on: date
    recorded_by: UUID
    recorded_at: datetime
    state: DeathState = DeathState.WAITING
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    why: str = ""
    status_before: PersonStatus | None = None
    ended_grants: tuple[UUID, ...] = ()
    estate_settled_at: datetime | None = None

    @property
    def lapses_at(self) -> datetime:
        """Return until when it may be confirmed."""
        return self.recorded_at + timedelta(days=RECORD_WAITS_DAYS_MAX)

    def state_at(self, now: datetime) -> DeathState:
        """Return where it stands, lapsed when nobody decided in time."""
        is_late = self.state is DeathState.WAITING and now > self.lapses_at
        return DeathState.LAPSED if is_late else self.state

    def decide(self, *, by: UUID, ok: bool, why: str, now: datetime) -> "Death":
        """Return it confirmed or turned down.

        Raises:
            MakerIsCheckerError: who recorded it, or whom it is about, decides.
            AlreadyDecidedError: it was decided before.
            RecordLapsedError: nobody decided in time; it must be recorded anew.
        """
        if by in (self.recorded_by, self.person_id):
            raise MakerIsCheckerError
        if self.state is not DeathState.WAITING:
            raise AlreadyDecidedError(state=self.state)
        if self.state_at(now) is DeathState.LAPSED:
            raise RecordLapsedError(lapsed_at=self.lapses_at.isoformat())
        state = DeathState.CONFIRMED if ok else DeathState.TURNED_DOWN
        return replace(self, state=state, decided_by=by, decided_at=now, why=why)

    def took(self, status: PersonStatus, grants: tuple[UUID, ...]) -> "Death":
        """Return it with what it took, so that it can be given back."""
        return replace(self, status_before=status, ended_grants=grants)

    def took_too(self, grant_id: UUID) -> "Death":
        """Return it as what keeps one more grant ended, which an earlier death of the other side had ended."""
        return replace(self, ended_grants=(*self.ended_grants, grant_id))

    def found_mistaken(self) -> "Death":
        """Return it as what never was."""
        return replace(self, state=DeathState.MISTAKEN)

    def refuse_unless_correctable(self) -> None:
        """Refuse to find mistaken what is no death, or whose estate is with the heirs.

        Raises:
            WrongPersonStateError: it was never confirmed, or was found mistaken before.
            EstateSettledError
        """
        if self.state is not DeathState.CONFIRMED:
            raise WrongPersonStateError(state=self.state)
        if self.estate_settled_at is not None:
            raise EstateSettledError


@dataclass(frozen=True)
class DeathMistake:
    """Proposed by one, decided by another; done when the ledger has given the wallets back."""

    mistake_id: UUID
    death_id: UUID
    person_id: UUID
    why: str
    proposed_by: UUID
    proposed_at: datetime
    state: MistakeState = MistakeState.PROPOSED
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decided_why: str = ""
    code: str = ""

    @property
    def lapses_at(self) -> datetime:
        """Return until when it may be decided."""
        return self.proposed_at + timedelta(days=RECORD_WAITS_DAYS_MAX)

    def state_at(self, now: datetime) -> MistakeState:
        """Return where it stands, lapsed when nobody decided in time."""
        is_late = self.state is MistakeState.PROPOSED and now > self.lapses_at
        return MistakeState.LAPSED if is_late else self.state

    def decide(self, *, by: UUID, ok: bool, why: str, now: datetime) -> "DeathMistake":
        """Return it turned down, or asked of the ledger.

        Raises:
            MakerIsCheckerError: who proposed it, or whom it is about, decides.
            AlreadyDecidedError: it was decided before.
            RecordLapsedError: nobody decided in time; it must be proposed anew.
        """
        if by in (self.proposed_by, self.person_id):
            raise MakerIsCheckerError
        if self.state is not MistakeState.PROPOSED:
            raise AlreadyDecidedError(state=self.state)
        if self.state_at(now) is MistakeState.LAPSED:
            raise RecordLapsedError(lapsed_at=self.lapses_at.isoformat())
        state = MistakeState.REQUESTED if ok else MistakeState.TURNED_DOWN
        return replace(self, state=state, decided_by=by, decided_at=now, decided_why=why)

    def answered(self, code: str) -> "DeathMistake":
        """Return it as the ledger's answer leaves it; no code means that the wallets are given back."""
        return replace(self, state=MistakeState.DECLINED if code else MistakeState.DONE, code=code)
