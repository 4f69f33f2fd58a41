"""Groups that serve together: registered by staff, with an adult who answers for them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.programme.refusals import AlreadyDecidedError
from libs.programme.words import PersonStatus
from services.accounts.core.refusals import NameForbiddenError, WrongPersonStateError
from services.accounts.core.rules.names import FORBIDDEN_WORD
from services.accounts.core.rules.persons import Person
from services.accounts.groups.refusals import GroupLeaderUnfitError, GroupTooLargeError

MEMBERS_MAX = 500
ADULT_AGE = 18


@dataclass(frozen=True)
class Group:
    """A school class, a company's team; its members serve within it while it is active."""

    group_id: UUID
    unit_id: UUID
    district_id: UUID | None
    name_zh: str
    name_en: str
    leader_id: UUID
    member_ids: tuple[UUID, ...]
    registered_by: UUID
    is_active: bool = True
    version: int = 1

    def with_members(self, member_ids: Iterable[UUID]) -> "Group":
        """Return it with other members.

        Raises:
            AlreadyDecidedError: it has ended.
            GroupTooLargeError: so many are no group.
        """
        self._refuse_ended()
        members = tuple(sorted(set(member_ids)))
        if len(members) > MEMBERS_MAX:
            raise GroupTooLargeError(max=MEMBERS_MAX)
        return replace(self, member_ids=members, version=self.version + 1)

    def led_by(self, leader_id: UUID) -> "Group":
        """Return it with another leader."""
        self._refuse_ended()
        return replace(self, leader_id=leader_id, version=self.version + 1)

    def end(self) -> "Group":
        """Return it ended: nobody serves within it any more."""
        self._refuse_ended()
        return replace(self, is_active=False, version=self.version + 1)

    def _refuse_ended(self) -> None:
        if not self.is_active:
            raise AlreadyDecidedError(group_id=self.group_id)


def refuse_public_name(*names: str) -> None:
    """Refuse a name that regulators forbid.

    Raises:
        NameForbiddenError
    """
    if any(FORBIDDEN_WORD in "".join(name.split()) for name in names):
        raise NameForbiddenError


def refuse_unfit_leader(leader: Person, *, today: date) -> None:
    """Refuse a leader who cannot answer for a group.

    Raises:
        GroupLeaderUnfitError: a minor, or not active.
    """
    if leader.status is not PersonStatus.ACTIVE or leader.age_on(today) < ADULT_AGE:
        raise GroupLeaderUnfitError(leader_id=leader.person_id)


def refuse_unfit_member(member: Person) -> None:
    """Refuse a member who serves no more.

    Raises:
        WrongPersonStateError
    """
    if member.status is not PersonStatus.ACTIVE:
        raise WrongPersonStateError(person_id=member.person_id, state=member.status)
