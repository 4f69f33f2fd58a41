"""What a decision depends on, as values: loaded in one trip, and made by a test without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from libs.errors import ForbiddenError, NotFoundError
from libs.programme.acting_grants import GrantedScope
from libs.programme.policy import Policy
from libs.programme.refusals import MakerIsCheckerError, PersonNotFoundError, PolicyMissingError
from services.redemption.core.rules import who_may
from services.redemption.core.rules.people import Caller, Person, Relation


@dataclass(frozen=True)
class PersonFacts:
    """Somebody concerned: the way from their unit up, and what the caller is to them."""

    person: Person | None
    path: frozenset[UUID] = frozenset()
    relation: Relation | None = None
    grants: tuple[GrantedScope, ...] = ()
    used_minutes: Mapping[UUID, int] = field(default_factory=dict)
    """Of each grant, in this month."""

    def known(self, person_id: UUID) -> Person:
        """Return the person.

        Raises:
            PersonNotFoundError: accounts has not told of them.
        """
        if self.person is None:
            raise PersonNotFoundError(person_id=person_id)
        return self.person


def in_force(policy: Policy | None, district_id: UUID) -> Policy:
    """Return the rules of a district.

    Raises:
        PolicyMissingError: it has none yet.
    """
    if policy is None:
        raise PolicyMissingError(district_id=district_id)
    return policy


def refuse_unless_second(caller: Caller, roles: frozenset[str], proposed_by: UUID | None) -> None:
    """Refuse whoever cannot be the second person of an act; `proposed_by` None = there is no such proposal.

    Who has no such power learns nothing of what is proposed.

    Raises:
        MakerIsCheckerError: the caller proposed it.
        ForbiddenError: the caller has the power nowhere.
        NotFoundError: nothing of this id is proposed.
    """
    who_may.refuse_auditor(caller)
    if proposed_by in caller.hands:
        raise MakerIsCheckerError
    if not caller.has(roles):
        raise ForbiddenError
    if proposed_by is None:
        raise NotFoundError
