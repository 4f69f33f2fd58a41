"""What the check of one stretch of a book's positions needs to know, and what it hands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.ledger.audit.findings import Finding
from services.ledger.domain.wallets import Id, WalletClass

TILE = 256
Numbers: TypeAlias = NDArray[np.int64]
Records: TypeAlias = NDArray[np.void]
SIDES = 6
NAMED = 2
NUMBER_MAX = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class SegmentTerms:
    """What a stretch needs to know."""

    url: str
    book: int
    district_id: Id
    first: int
    last: int
    run: int = 0
    """Which check this belongs to: what a process remembers of the wallets is of one check."""


@dataclass(slots=True)
class Segment:
    """What a stretch found, and what it hands on; it comes from another process, so the wallets are in arrays."""

    book: int
    first: int
    last: int
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    sides: Numbers = field(default_factory=lambda: np.empty((0, SIDES), np.int64))
    """Each wallet that moved once: its number, the position of its first row here, version and balance before that,
    version and balance after its last row here."""
    named: Numbers = field(default_factory=lambda: np.empty((0, NAMED), np.int64))
    """Each wallet once: its number, and when the first row here that names it was recorded."""
    holds: dict[tuple[bytes, int], int] = field(default_factory=dict)
    """Change of what is held, by act and held twin."""
    tiles: list[bytes] = field(default_factory=list)
    """Roots of the full tiles of 256 leaves; a stretch begins at the beginning of one."""
    tail: list[bytes] = field(default_factory=list)
    first_time: int = 0
    last_time: int = 0

    def set_sides(self, begins: Mapping[int, tuple[int, int, int]], ends: Mapping[int, tuple[int, int]]) -> None:
        """Keep where each wallet stood before its first row and after its last one."""
        # An altered balance may lead beyond 64 bits; its row is named, and the end of the numbers is as wrong.
        numbers = [
            (number, position, version, max(min(balance, NUMBER_MAX), -NUMBER_MAX), *ends[number])
            for number, (position, version, balance) in begins.items()
        ]
        self.sides = np.array(numbers, np.int64).reshape(-1, SIDES)

    def set_named(self, named: Mapping[int, int]) -> None:
        """Keep when each wallet was named first."""
        self.named = np.array(list(named.items()), np.int64).reshape(-1, NAMED)

    def hold(self, act: bytes, debit: int, credit: int, minutes: int) -> None:
        """Add a movement from or to a held twin to what the act holds."""
        holds = self.holds
        for wallet, change in ((debit, -minutes), (credit, minutes)):
            if wallet & 15 >= WalletClass.POOL_HELD:
                left = holds.get((act, wallet), 0) + change
                if left:
                    holds[act, wallet] = left
                else:
                    holds.pop((act, wallet), None)
