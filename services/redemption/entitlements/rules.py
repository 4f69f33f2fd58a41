"""Government-purchased minutes, kept beside the ledger by calendar month; what is unused lapses."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.programme import two_people
from libs.programme.policy import Policy
from services.redemption.core.rules.facts import PersonFacts
from services.redemption.core.rules.proposals import as_proposal, stands_at
from services.redemption.entitlements.refusals import (
    EntitlementExhaustedError,
    EntitlementMissingError,
    EntitlementOutOfRangeError,
)


@dataclass(frozen=True)
class Month:
    """A person's purchased minutes of one month; `minutes` None = nothing is recorded for them."""

    person_id: UUID
    month: date
    minutes: int | None
    held_minutes: int
    used_minutes: int

    @property
    def available_minutes(self) -> int:
        """Return what may still be asked for; never below 0, also after a smaller entitlement was decided."""
        return max(0, (self.minutes or 0) - self.held_minutes - self.used_minutes)

    def refuse_unless_covers(self, minutes: int) -> None:
        """Refuse help that the month's minutes do not cover."""
        if self.minutes is None:
            raise EntitlementMissingError
        if self.available_minutes < minutes:
            raise EntitlementExhaustedError(available_minutes=self.available_minutes)


@dataclass(frozen=True)
class Proposal:
    """Minutes per month for a person, proposed by one, decided by another."""

    entitlement_id: UUID
    person_id: UUID
    district_id: UUID
    minutes: int
    from_month: date
    proposed_by: UUID
    lapses_at: datetime
    state: str = "proposed"
    why: str | None = None

    def as_proposal(self) -> two_people.Proposal:
        """Return it as every act of two people is: what was decided waits for nobody."""
        state = stands_at(self.state)
        return as_proposal(self.entitlement_id, proposed_by=self.proposed_by, lapses_at=self.lapses_at, state=state)


@dataclass(frozen=True)
class EntitlingFacts:
    """What proposing or deciding an entitlement depends on."""

    person: PersonFacts
    close: frozenset[UUID]
    """The person, if they are close to the caller."""
    policy: Policy | None
    proposal: Proposal | None
    """What is kept under this id."""


def refuse_out_of_range(policy: Policy, minutes: int) -> None:
    """An entitlement lies within the policy's least and most minutes per month."""
    least = policy.purchase.min_minutes_per_month
    most = policy.purchase.max_minutes_per_month
    if not least <= minutes <= most:
        raise EntitlementOutOfRangeError(min_minutes=least, max_minutes=most)
