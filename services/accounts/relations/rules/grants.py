"""Who may act for whom: a person's own word, heard and recorded by staff, and what it is about."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from libs.programme.acting import Consent
from libs.programme.acting_grants import GrantedAct, GrantedScope
from libs.programme.refusals import AlreadyDecidedError, MakerIsCheckerError
from libs.programme.words import DIRECT_KINSHIP
from services.accounts.relations.refusals import GrantDaysOutOfRangeError, RelationToSelfError
from services.accounts.relations.rules.relations import Relation

GRANT_DAYS_MAX = 3 * 366
"""A grant is looked at again with the person at least every three years."""


@dataclass(frozen=True)
class ActingGrant:
    """`relative_id` may act for `person_id`, within its scope, until the grant ends or its last day is over."""

    grant_id: UUID
    person_id: UUID
    relative_id: UUID
    acts: tuple[GrantedAct, ...]
    minutes_per_month: int | None
    until: date
    consent: Consent
    recorded_by: UUID
    is_active: bool = True
    version: int = 1

    @property
    def scope(self) -> GrantedScope:
        """Return what it is about."""
        return GrantedScope(self.grant_id, self.person_id, frozenset(self.acts), self.minutes_per_month, self.until)

    def is_to(self, person_id: UUID, relative_id: UUID) -> bool:
        """Tell whether the person gave it to the relative."""
        return (self.person_id, self.relative_id) == (person_id, relative_id)

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


def refuse_grant(grant: ActingGrant, *, today: date) -> None:
    """Refuse a grant that nobody may record.

    Raises:
        RelationToSelfError: nobody acts for themselves.
        MakerIsCheckerError: the relative, being staff, cannot be the one who heard the person.
        GrantDaysOutOfRangeError: its last day is over, or too far away.
    """
    if grant.person_id == grant.relative_id:
        raise RelationToSelfError
    if grant.recorded_by == grant.relative_id:
        raise MakerIsCheckerError
    if not today <= grant.until <= today + timedelta(days=GRANT_DAYS_MAX):
        raise GrantDaysOutOfRangeError(days_max=GRANT_DAYS_MAX)


def may_see(grants: list[ActingGrant], relations: list[Relation], *, today: date) -> bool:
    """Tell whether these grants and relations of two people let the relative see what a grant is about."""
    is_relative = any(
        relation.kind in DIRECT_KINSHIP and relation.verified and relation.is_active for relation in relations
    )
    scopes = [grant.scope for grant in grants if grant.is_active]
    return is_relative and any(scope.lasts_on(today) and scope.covers(GrantedAct.SEE) for scope in scopes)
