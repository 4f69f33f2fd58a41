"""What a dead person leaves goes to a relative or to the pool, by two people."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.programme import two_people
from libs.programme.policy import Policy
from libs.programme.two_people import ProposalState
from libs.programme.words import PersonStatus
from services.redemption.core.rules.facts import PersonFacts
from services.redemption.core.rules.people import Person, Relation
from services.redemption.core.rules.proposals import as_proposal, stands_at
from services.redemption.estates.refusals import HeirNotEligibleError, PersonNotDeceasedError


@dataclass(frozen=True)
class Estate:
    """`to_person_id` None = the pool; `declined` without `decided_by` = ended when the dead was found alive."""

    estate_id: UUID
    person_id: UUID
    district_id: UUID
    to_person_id: UUID | None
    to_district_id: UUID | None
    proposed_by: UUID
    lapses_at: datetime
    state: str = "proposed"
    code: str | None = None
    why: str | None = None
    decided_by: UUID | None = None

    def as_proposal(self) -> two_people.Proposal:
        """Return it as every act of two people is: what was decided waits for nobody."""
        ended = self.state == "declined" and self.decided_by is None
        state = ProposalState.WITHDRAWN if ended else stands_at(self.state)
        return as_proposal(self.estate_id, proposed_by=self.proposed_by, lapses_at=self.lapses_at, state=state)


@dataclass(frozen=True)
class EstateFacts:
    """What proposing or deciding about an estate depends on."""

    dead: PersonFacts
    heir: Person | None
    close: frozenset[UUID]
    """Those of the two who are close to the caller."""
    relation: Relation | None
    """What the heir is to the dead."""
    policy: Policy | None
    estate: Estate | None
    """What is kept under this id."""


def refuse_unless_heir(
    policy: Policy, *, dead: Person, heir: Person | None, relation: Relation | None, today: date
) -> None:
    """Refuse an heir who is no verified relative of the age the policy asks for; the pool may always inherit.

    Raises:
        PersonNotDeceasedError: no death is recorded.
        HeirNotEligibleError: the heir does not fit.
    """
    if dead.status != PersonStatus.DECEASED:
        raise PersonNotDeceasedError
    if heir is None:
        return
    related = relation is not None and relation.verified and relation.kind != "friend"
    if not related or heir.status != PersonStatus.ACTIVE or heir.age_on(today) < policy.death.heir_min_age:
        raise HeirNotEligibleError
