"""What somebody signed lately, beside the middle of all who sign in their units; nobody is named, nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from statistics import median_low
from uuid import UUID

DAYS = 30
OTHERS_LEAST = 3
"""With fewer others a middle would tell what one of them did."""


@dataclass(frozen=True)
class Signatures:
    """What one person signed: how many, how long they had waited in the middle, and what became of them."""

    signed_count: int = 0
    waited_minutes: int = 0
    flagged_percent: int = 0
    disputed_percent: int = 0
    reversed_percent: int = 0


@dataclass(frozen=True)
class Statistics:
    """One's own signatures, and the middle of the others'; None where they are too few."""

    own: Signatures
    others_count: int
    median: Signatures | None


def statistics_of(signed: Mapping[UUID, Signatures], person_id: UUID) -> Statistics:
    """Return a person's own signatures beside the middle of those of all others."""
    others = [theirs for signer_id, theirs in signed.items() if signer_id != person_id]
    middle = _middle(others) if len(others) >= OTHERS_LEAST else None
    return Statistics(signed.get(person_id, Signatures()), len(others), middle)


def _middle(others: Sequence[Signatures]) -> Signatures:
    return Signatures(*(median_low(numbers) for numbers in zip(*map(astuple, others), strict=True)))
