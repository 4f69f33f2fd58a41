"""What the ledger needs of events: ids as the journal keeps them, instants in microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from services.ledger.domain.wallets import Id


@dataclass(frozen=True)
class HoldRequested:
    """A redemption's hold."""

    hold_id: Id
    district_id: Id
    payer_id: Id
    payer_district_id: Id | None
    amount_minutes: int
    requested_by: Id
    policy_version: int


@dataclass(frozen=True)
class ReleaseRequested:
    """What a redemption asks to give back."""

    hold_id: Id
    district_id: Id
    payer_district_id: Id | None


@dataclass(frozen=True)
class FundingRequested:
    """What orders wants to have funded."""

    order_id: Id
    district_id: Id
    funding: str
    price_minutes: int
    requested_by: Id
    policy_version: int


@dataclass(frozen=True)
class OrderEnded:
    """An order that ended without service."""

    order_id: Id
    district_id: Id
    funding: str


@dataclass(frozen=True)
class VolunteerHours:
    """One volunteer's part of an approval."""

    volunteer_id: Id
    volunteer_district_id: Id | None
    actual_minutes: int
    evidence_class: str
    checked_in_at_us: int
    group_name: str
    group_id: str


@dataclass(frozen=True)
class HoursApproved:
    """Hours approved for good."""

    approval_id: Id
    order_id: Id
    district_id: Id
    recipient_id: Id | None
    funding: str
    planned_minutes: int
    coefficient_percent: int
    policy_version: int
    hours: tuple[VolunteerHours, ...]
    approver_ids: tuple[Id, ...]
    service_began_at_us: int
    settlement: int
    payer_id: Id | None


@dataclass(frozen=True)
class HoursReversed:
    """A settlement that two people decided to reverse."""

    order_id: Id
    district_id: Id
    reversal_id: Id
    settlement: int
    funding: str
    recover: bool
    proposed_by: Id
    decided_by: Id


@dataclass(frozen=True)
class GiftRequested:
    """Earned credit for a relative."""

    gift_id: Id
    district_id: Id
    giver_id: Id
    giver_district_id: Id | None
    receiver_id: Id
    receiver_district_id: Id | None
    amount_minutes: int
    requested_by: Id
    decided_by: Id
    policy_version: int


@dataclass(frozen=True)
class DonationRequested:
    """Earned credit for the pool."""

    donation_id: Id
    district_id: Id
    giver_id: Id
    amount_minutes: int
    requested_by: Id
    decided_by: Id
    policy_version: int


@dataclass(frozen=True)
class GoodsRequested:
    """Credit for goods or benefits."""

    exchange_id: Id
    district_id: Id
    payer_id: Id
    amount_minutes: int
    requested_by: Id
    decided_by: Id
    policy_version: int


@dataclass(frozen=True)
class GrantLine:
    """One person's grant."""

    person_id: Id
    amount_minutes: int


@dataclass(frozen=True)
class GrantScheduled:
    """A run of monthly grants."""

    grant_run_id: Id
    district_id: Id
    lines: tuple[GrantLine, ...]
    requested_by: Id
    policy_version: int


@dataclass(frozen=True)
class EstateSettlementRequested:
    """A dead person's credit, to an heir or to the pool."""

    estate_id: Id
    district_id: Id
    person_id: Id
    to_person_id: Id | None
    to_district_id: Id | None
    proposed_by: Id
    decided_by: Id


@dataclass(frozen=True)
class PersonDied:
    """Somebody who died."""

    person_id: Id
    district_id: Id
    recorded_by: Id
    confirmed_by: Id
    death_id: Id | None


@dataclass(frozen=True)
class DeathMistakeFound:
    """Somebody who was held for dead."""

    mistake_id: Id
    person_id: Id
    district_id: Id
    proposed_by: Id
    decided_by: Id


@dataclass(frozen=True)
class PersonRegistered:
    """Somebody new."""

    person_id: Id
    district_id: Id
    registered_by: Id
    volunteer: bool
