"""What one member of staff found about a person and a checker confirms: an ability grade, hardship categories."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.accounts.domain.errors import AlreadyDecidedError, MakerIsCheckerError
from services.accounts.domain.persons import Grade, Hardship, Person


class FindingKind(StrEnum):
    """What was found."""

    ASSESSMENT = "assessment"
    HARDSHIP = "hardship"


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

    def confirm(self, checker_id: UUID, now: datetime) -> "Finding":
        """Return it confirmed.

        Raises:
            MakerIsCheckerError: who recorded it, or whom it is about, confirms.
            AlreadyDecidedError: it is confirmed already.
        """
        if checker_id in (self.recorded_by, self.person_id):
            raise MakerIsCheckerError
        if self.confirmed_by is not None:
            raise AlreadyDecidedError
        return replace(self, confirmed_by=checker_id, confirmed_at=now)

    def applied_to(self, person: Person) -> Person:
        """Return the person with what was found."""
        if self.kind is FindingKind.ASSESSMENT:
            assert self.grade is not None
            return person.graded(self.grade)
        return person.in_hardship(self.categories)
