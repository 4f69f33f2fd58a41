"""What one member of staff found about a person and a checker confirms: an ability grade, hardship categories."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import AlreadyDecidedError, MakerIsCheckerError
from libs.programme.words import Grade, Hardship
from services.accounts.core.refusals import RecordLapsedError
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.records import RECORD_WAITS_DAYS_MAX


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


@dataclass(frozen=True)
class Finding:
    """It takes effect when confirmed by somebody else than who recorded it."""

    finding_id: UUID
    kind: FindingKind
    person_id: UUID
    recorded_by: UUID
    recorded_at: datetime
    grade: Grade | None = None
    categories: tuple[Hardship, ...] = ()
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    turned_down_by: UUID | None = None
    turned_down_why: str = ""

    def state_at(self, now: datetime) -> FindingState:
        """Return where it stands; lapsed when nobody decided in time."""
        if self.confirmed_by is not None:
            return FindingState.CONFIRMED
        if self.turned_down_by is not None:
            return FindingState.TURNED_DOWN
        is_late = now > self.recorded_at + timedelta(days=RECORD_WAITS_DAYS_MAX)
        return FindingState.LAPSED if is_late else FindingState.WAITING

    def decide(self, *, by: UUID, ok: bool, why: str, now: datetime) -> "Finding":
        """Return it confirmed, or turned down.

        Raises:
            MakerIsCheckerError: who recorded it, or whom it is about, decides.
            AlreadyDecidedError: it was decided before.
            RecordLapsedError: nobody decided in time; it must be recorded anew.
        """
        if by in (self.recorded_by, self.person_id):
            raise MakerIsCheckerError
        state = self.state_at(now)
        if state is FindingState.LAPSED:
            raise RecordLapsedError
        if state is not FindingState.WAITING:
            raise AlreadyDecidedError(state=state)
        if ok:
            return replace(self, confirmed_by=by, confirmed_at=now)
        return replace(self, turned_down_by=by, turned_down_why=why)

    def applied_to(self, person: Person) -> Person:
        """Return the person with what was found."""
        if self.kind is FindingKind.ASSESSMENT:
            assert self.grade is not None
            return person.graded(self.grade)
        return person.in_hardship(self.categories)
