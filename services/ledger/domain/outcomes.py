"""What the others hear about a posting, beyond its transfers."""

from __future__ import annotations

from dataclasses import dataclass

from services.ledger.domain.wallets import Id


@dataclass(frozen=True, slots=True)
class HeldPart:
    """What one wallet gave to a hold."""

    wallet_id: Id
    wallet_class: str
    minutes: int


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """A hold is open."""

    hold_id: Id
    district_id: Id
    payer_id: Id
    minutes: int
    parts: tuple[HeldPart, ...]
    funding: str


@dataclass(frozen=True, slots=True)
class HoldRefused:
    """A hold was refused."""

    hold_id: Id
    district_id: Id
    code: str
    funding: str


@dataclass(frozen=True, slots=True)
class HoldCaptured:
    """A hold paid for hours; the rest of it went back."""

    hold_id: Id
    district_id: Id
    captured_minutes: int
    released_minutes: int


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """What was left of a hold went back."""

    hold_id: Id
    district_id: Id
    minutes: int


@dataclass(frozen=True, slots=True)
class Award:
    """What the rules made of one volunteer's hours."""

    volunteer_id: Id
    awarded_minutes: int
    overflow_minutes: int
    recovered_minutes: int
    group_minutes: int


@dataclass(frozen=True, slots=True)
class HoursSettled:
    """The one answer to HoursApproved."""

    posting_id: Id
    order_id: Id
    district_id: Id
    approval_id: Id
    settlement: int
    funding: str
    awards: tuple[Award, ...]
    paid_minutes: int
    released_minutes: int
    policy_version: int
    settled_at_us: int
    issued_minutes: int


@dataclass(frozen=True, slots=True)
class Reversed:
    """Credit went back where it came from."""

    posting_id: Id
    district_id: Id
    cause_id: Id
    order_id: Id
    settlement: int
    shortfall_minutes: int


@dataclass(frozen=True, slots=True)
class WalletsFrozen:
    """A person who died spends nothing more."""

    person_id: Id
    district_id: Id


@dataclass(frozen=True, slots=True)
class WalletsUnfrozen:
    """A person who was held for dead spends again."""

    person_id: Id
    district_id: Id
    cause_id: Id
    minutes: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that only its transfers would have answered was refused."""

    request_id: Id
    district_id: Id
    cause_id: Id
    code: str
    person_id: Id


Answer = (
    HoldPlaced
    | HoldRefused
    | HoldCaptured
    | HoldReleased
    | HoursSettled
    | Reversed
    | WalletsFrozen
    | WalletsUnfrozen
    | Refused
)
