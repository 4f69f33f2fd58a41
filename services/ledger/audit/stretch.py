"""What the check of one stretch of a book's positions needs to know, and what it hands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.ledger.audit.findings import Finding
from services.ledger.domain.wallets import Id, WalletClass

TILE = 256


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
    """What a stretch found, and what it hands on; it comes from another process, so it is packed flat."""

    book: int
    first: int
    last: int
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    sides: list[int] = field(default_factory=list)
    """Six numbers for each wallet: its number, the position of its first row here, version and balance before that,
    version and balance after its last row here."""
    named: list[int] = field(default_factory=list)
    """Two numbers for each wallet: its number, and when the first row here that names it was recorded."""
    holds: dict[tuple[bytes, int], int] = field(default_factory=dict)
    """Change of what is held, by act and held twin."""
    tiles: list[bytes] = field(default_factory=list)
    """Roots of the full tiles of 256 leaves; a stretch begins at the beginning of one."""
    tail: list[bytes] = field(default_factory=list)
    first_time: int = 0
    last_time: int = 0

    def set_sides(self, begins: Mapping[int, tuple[int, int, int]], ends: Mapping[int, tuple[int, int]]) -> None:
        """Keep where each wallet stood before its first row and after its last one."""
        for number, (position, version, balance) in begins.items():
            self.sides += (number, position, version, balance, *ends[number])

    def set_named(self, named: Mapping[int, int]) -> None:
        """Keep when each wallet was named first."""
        for pair in named.items():
            self.named += pair

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
