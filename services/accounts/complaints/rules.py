"""A complaint: somebody contests what was decided about them, and somebody else than the decider answers."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import AlreadyDecidedError
from libs.programme.two_people import refuse_hand


class About(StrEnum):
    """What is contested; an upheld complaint about a suspension ends it."""

    SUSPENSION = "suspension"
    TREATMENT = "treatment"
    RECORDS = "records"
    OTHER = "other"


class ComplaintState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Complaint:
    """In the person's own words; answered with a reason."""

    complaint_id: UUID
    person_id: UUID
    filed_by: UUID
    """Who wrote it down: the person, or staff to whom they said it."""
    about: About
    words: str
    filed_at: datetime
    state: ComplaintState = ComplaintState.OPEN
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    reason: str | None = None

    def answer(
        self,
        *,
        by: UUID,
        decided_by: UUID | None,
        is_upheld: bool,
        reason: str,
        now: datetime,
        lent_by: Collection[UUID] = (),
    ) -> "Complaint":
        """Return it answered; `decided_by` decided what is contested, `lent_by` lend the answering one their roles.

        Raises:
            MakerIsCheckerError: who decided it, who complains, or who wrote it down would answer.
            AlreadyDecidedError: it is answered.
        """
        refuse_hand({by, *lent_by}, (self.person_id, self.filed_by, decided_by))
        if self.state is not ComplaintState.OPEN:
            raise AlreadyDecidedError(complaint_id=self.complaint_id)
        state = ComplaintState.UPHELD if is_upheld else ComplaintState.REJECTED
        return replace(self, state=state, answered_by=by, answered_at=now, reason=reason)
