"""Who may act for whom: a person's own word, heard and recorded by staff."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.accounts.domain.errors import AlreadyDecidedError, MakerIsCheckerError, SelfRelationError


class Heard(StrEnum):
    """How staff heard the person."""

    DESK = "desk"
    PHONE = "phone"
    HOME = "home"
    PAPER = "paper"


@dataclass(frozen=True)
class ActingGrant:
    """`relative_id` may act for `person_id` until the grant ends."""

    grant_id: UUID
    person_id: UUID
    relative_id: UUID
    how: Heard
    recorded_by: UUID
    is_active: bool = True
    version: int = 1

    def end(self) -> "ActingGrant":
        """Return it ended.

        Raises:
            AlreadyDecidedError: it has ended before.
        """
        if not self.is_active:
            raise AlreadyDecidedError
        return replace(self, is_active=False, version=self.version + 1)

    def resume(self) -> "ActingGrant":
        """Return it in force again: what ended it was a mistake."""
        assert not self.is_active
        return replace(self, is_active=True, version=self.version + 1)


def grant_acting(*, grant_id: UUID, person_id: UUID, relative_id: UUID, how: Heard, recorded_by: UUID) -> ActingGrant:
    """Return a grant that is in force at once.

    Raises:
        SelfRelationError: nobody acts for themselves.
        MakerIsCheckerError: the relative, being staff, cannot be the one who heard the person.
    """
    if person_id == relative_id:
        raise SelfRelationError
    if recorded_by == relative_id:
        raise MakerIsCheckerError
    return ActingGrant(grant_id, person_id, relative_id, how, recorded_by)
