"""A book put together again from its stretches: chains that go on from one to the next, holds, the tree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import numpy as np

from libs.tlog.merkle import node_hash
from services.ledger.audit.by_number import ByNumber
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.stretch import Numbers, Segment
from services.ledger.domain.wallets import WalletClass

TILE_LEVEL = 8
CLASS_MASK = 15


@dataclass(slots=True)
class JoinedBook:
    """What is known of a book after its first stretches; its size grows with wallets, not with rows."""

    book: int
    district_id: UUID
    size: int = 0
    rows: int = 0
    wallets: ByNumber = field(default_factory=lambda: ByNumber(2))
    """Version and balance of each wallet that moved."""
    opened: ByNumber = field(default_factory=lambda: ByNumber(1))
    """When the first row that names it was recorded."""
    holds: dict[tuple[bytes, int], int] = field(default_factory=dict)
    tiles: list[bytes] = field(default_factory=list)
    tail: list[bytes] = field(default_factory=list)
    first_time: int = 0
    last_time: int = 0
    _nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def join(self, segment: Segment) -> list[Finding]:
        """Add the next stretch; return what does not fit."""
        assert segment.first == self.size + 1
        findings = list(segment.findings)
        findings += self._join_sides(segment.sides)
        self.first_time = self.first_time or segment.first_time
        _, is_opened = self.opened.find(segment.named[:, 0])
        named = segment.named[~is_opened]
        self.opened.put(named[:, 0], named[:, 1:])
        if segment.rows and segment.first_time <= self.last_time:
            findings.append(
                self._finding(
                    Kind.TIME_TURNED_BACK, segment.first, "recorded_at", f"> {self.last_time}", segment.first_time
                )
            )
        findings += self._join_holds(segment)
        self.tiles += segment.tiles
        self.tail = segment.tail
        self.size, self.rows = segment.last, self.rows + segment.rows
        self.last_time = segment.last_time or self.last_time
        return findings

    def _join_sides(self, sides: Numbers) -> list[Finding]:
        """Each wallet goes on from where the stretches before left it; one that they did not see was empty."""
        before, _ = self.wallets.find(sides[:, 0])
        wrong = np.flatnonzero((before != sides[:, 2:4]).any(axis=1))
        self.wallets.put(sides[:, 0], sides[:, 4:6])
        found = sorted((tuple(sides[at, 1:4].tolist()), tuple(before[at].tolist())) for at in wrong)
        return [
            one for (position, *told), known in found for one in self._discontinued(position, known, (told[0], told[1]))
        ]

    def _discontinued(self, position: int, before: tuple[int, int], found: tuple[int, int]) -> list[Finding]:
        findings = []
        if found[0] != before[0]:
            findings.append(self._finding(Kind.VERSION_GAP, position, "version", before[0] + 1, found[0] + 1))
        if found[1] != before[1]:
            findings.append(self._finding(Kind.BALANCE_WRONG, position, "balance before", before[1], found[1]))
        return findings

    def _join_holds(self, segment: Segment) -> list[Finding]:
        findings = []
        for key, change in segment.holds.items():
            left = self.holds.pop(key, 0) + change
            if left:
                self.holds[key] = left
            if left < 0:
                findings.append(self._finding(Kind.HOLD_OVERDRAWN, None, f"hold {UUID(bytes=key[0])}", ">= 0", left))
        return findings

    def finish(self) -> list[Finding]:
        """Check what holds only for the whole book."""
        findings = []
        total = sum(self.wallets.values[:, 1].tolist())
        if total:
            findings.append(self._finding(Kind.SUM_NOT_ZERO, None, "sum of balances", 0, total))
        held: dict[int, int] = {}
        for (_, wallet), left in self.holds.items():
            held[wallet] = held.get(wallet, 0) + left
        is_twin = self.wallets.numbers & CLASS_MASK >= WalletClass.POOL_HELD
        twins = self.wallets.numbers[is_twin].tolist(), self.wallets.values[is_twin, 1].tolist()
        for number, balance in zip(*twins, strict=True):
            if balance != held.get(number, 0):
                findings.append(self._finding(Kind.HOLD_WRONG, None, f"wallet {number}", held.get(number, 0), balance))
        return findings

    def peaks_of_tiles(self, tiles: int) -> list[bytes]:
        """The roots of the complete subtrees, largest first, that the first so many full tiles fall into."""
        found, start = [], 0
        for height in range(tiles.bit_length() - 1, -1, -1):
            if tiles >> height & 1:
                found.append(self._above_tiles(TILE_LEVEL + height, start >> height))
                start += 1 << height
        return found

    def _above_tiles(self, level: int, index: int) -> bytes:
        """What is once made is kept: the roots of a thousand checkpoints are made of the same nodes."""
        if level == TILE_LEVEL:
            return self.tiles[index]
        found = self._nodes.get((level, index))
        if found is None:
            left, right = (self._above_tiles(level - 1, 2 * index + side) for side in (0, 1))
            found = self._nodes[level, index] = node_hash(left, right)
        return found

    def _finding(self, kind: Kind, position: int | None, name: str, expected: object, found: object) -> Finding:
        return Finding(kind, self.district_id, position, name, str(expected), str(found))


def save(path: Path, books: Sequence[JoinedBook]) -> None:
    """Keep how far a check has come, so that it can go on after an interruption."""
    document = [
        {
            "book": joined_book.book,
            "district_id": str(joined_book.district_id),
            "size": joined_book.size,
            "rows": joined_book.rows,
            "wallets": joined_book.wallets.rows(),
            "opened": joined_book.opened.rows(),
            "holds": [[act.hex(), number, left] for (act, number), left in joined_book.holds.items()],
            "tiles": b"".join(joined_book.tiles).hex(),
            "tail": b"".join(joined_book.tail).hex(),
            "first_time": joined_book.first_time,
            "last_time": joined_book.last_time,
        }
        for joined_book in books
    ]
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(document))
    fresh.replace(path)


def load(path: Path) -> dict[int, JoinedBook]:
    """How far an earlier check had come, by book."""
    if not path.exists():
        return {}
    return {one["book"]: _loaded(one) for one in json.loads(path.read_text())}


def _loaded(one: dict[str, object]) -> JoinedBook:
    document: dict = one  # type: ignore[type-arg]  # what `save` wrote
    return JoinedBook(
        book=document["book"],
        district_id=UUID(document["district_id"]),
        size=document["size"],
        rows=document["rows"],
        wallets=_by_number(document["wallets"], 2),
        opened=_by_number(document["opened"], 1),
        holds={(bytes.fromhex(act), number): left for act, number, left in document["holds"]},
        tiles=_hashes(document["tiles"]),
        tail=_hashes(document["tail"]),
        first_time=document["first_time"],
        last_time=document["last_time"],
    )


def _hashes(text: str) -> list[bytes]:
    joined = bytes.fromhex(text)
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


def _by_number(rows: list[list[int]], width: int) -> ByNumber:
    by_number, numbers = ByNumber(width), np.array(rows, np.int64).reshape(-1, 1 + width)
    by_number.put(numbers[:, 0], numbers[:, 1:])
    return by_number
