"""Walk a stretch once, as fast as Python goes, and tell only whether all is well.

It checks exactly what `segments` checks. The first thing that is not as it must be ends it, and the stretch is
walked again by the one that names rows and fields: honest journals are long, and altered ones are rare.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from services.ledger.audit.packed import PACKED
from services.ledger.audit.stretch import TILE, Segment, SegmentTerms
from services.ledger.domain.entries import LEAF, LEAF_PREFIX, LEAF_VERSION
from services.ledger.domain.wallets import MAY_OVERDRAW_MAX, Id, WalletClass

HASH_BYTES = 32
NODE_PREFIX = b"\x01"
CLASS_MASK = 15
FIRST_HELD = int(WalletClass.POOL_HELD)
MAY_OVERDRAW = int(MAY_OVERDRAW_MAX)
HEAD = struct.Struct(">B16s")
# The leaf with its prefix, version and district, which are the same for all rows of a stretch, as one field.
WHOLE_LEAF = struct.Struct(LEAF.format.replace("B16s", f"{len(LEAF_PREFIX) + HEAD.size}s", 1))
assert WHOLE_LEAF.size == len(LEAF_PREFIX) + LEAF.size


def check_quickly(blocks: Iterable[bytes], terms: SegmentTerms, public_ids: Mapping[int, Id]) -> Segment | None:
    """What the stretch hands on; None when anything in it is not as it must be."""
    quick = _Quick(terms, public_ids)
    try:
        if not all(quick.is_well(block) for block in blocks):
            return None
    except KeyError:  # A wallet that is not there.
        return None
    return quick.finish()


class _Quick:
    """Walks a stretch, block by block."""

    def __init__(self, terms: SegmentTerms, public_ids: Mapping[int, Id]) -> None:
        self._segment = Segment(terms.book, terms.first, terms.last)
        self._public_ids = public_ids
        self._head = LEAF_PREFIX + HEAD.pack(LEAF_VERSION, terms.district_id)
        self._leaves: list[bytes] = []
        self._begins: dict[int, tuple[int, int, int]] = {}
        self._seen: dict[int, list[Any]] = {}
        """Each wallet that moved: public id, version and balance by its last row, whether it is a held twin."""
        self._named: dict[int, int] = {}
        self._last_pos, self._last_time = terms.first - 1, 0

    def is_well(self, block: bytes) -> bool:
        """Whether every row of a block is as it must be."""
        pack, sha256, head, public_ids = WHOLE_LEAF.pack, hashlib.sha256, self._head, self._public_ids
        seen, begin, name, add_leaf = self._seen, self._begin, self._named.setdefault, self._leaves.append
        last_pos, last_time = self._last_pos, self._last_time
        for (
            pos, debit, credit, debit_after, credit_after, effective_at, recorded_at, _, minutes, debit_version,
            credit_version, policy_version, reason, outcome, leg, legs, evidence, request_id, cause, act_id, actor,
            checker, salt, leaf_hash,
        ) in PACKED.iter_unpack(block):  # fmt: skip
            if outcome:
                name(debit, recorded_at)
                name(credit, recorded_at)
                debit_id, credit_id = public_ids[debit], public_ids[credit]
            else:
                # Each side: the version and the balance go on from the wallet's last row in this stretch.
                try:
                    wallet = seen[debit]
                except KeyError:
                    wallet = begin(debit, pos, debit_version - 1, debit_after + minutes, recorded_at)
                debit_id, version, balance, is_held = wallet
                if version != debit_version - 1 or balance != debit_after + minutes:
                    return False
                wallet[1] = debit_version
                wallet[2] = debit_after
                try:
                    wallet = seen[credit]
                except KeyError:
                    wallet = begin(credit, pos, credit_version - 1, credit_after - minutes, recorded_at)
                credit_id, version, balance, takes_held = wallet
                if version != credit_version - 1 or balance != credit_after - minutes:
                    return False
                wallet[1] = credit_version
                wallet[2] = credit_after
                if debit_after < 0 and debit & CLASS_MASK > MAY_OVERDRAW:
                    return False
                if credit_after < 0 and credit & CLASS_MASK > MAY_OVERDRAW:
                    return False
                if is_held or takes_held:
                    self._segment.hold(act_id, debit, credit, minutes)
            last_pos += 1
            if pos != last_pos or recorded_at <= last_time or leaf_hash != sha256(pack(
                head, pos, request_id, cause, act_id, reason, outcome, leg, legs, evidence, policy_version, debit_id,
                credit_id, minutes, debit_version, debit_after, credit_version, credit_after, actor, checker,
                effective_at, recorded_at, salt,
            )).digest():  # fmt: skip
                return False
            last_time = recorded_at
            add_leaf(leaf_hash)
        if self._segment.rows == 0 and block:
            self._segment.first_time = PACKED.unpack_from(block)[6]
        self._segment.rows += last_pos - self._last_pos
        self._last_pos, self._last_time = last_pos, last_time
        self._close_tiles()
        return True

    def _begin(self, number: int, pos: int, version: int, balance: int, recorded_at: int) -> list[Any]:
        """A wallet's first row of this stretch tells where it stood before."""
        self._begins[number] = (pos, version, balance)
        self._named.setdefault(number, recorded_at)
        wallet = self._seen[number] = [
            self._public_ids[number], version, balance, number & CLASS_MASK >= FIRST_HELD,
        ]  # fmt: skip
        return wallet

    def _close_tiles(self) -> None:
        """Hash the full tiles; only the leaves of the one that is not full are kept."""
        leaves, whole = self._leaves, len(self._leaves) // TILE * TILE
        for at in range(0, whole, TILE):
            self._segment.tiles.append(tile_root(b"".join(leaves[at : at + TILE])))
        del leaves[:whole]

    def finish(self) -> Segment | None:
        """What the stretch hands on; None when rows are missing at its end."""
        segment = self._segment
        if self._last_pos != segment.last:
            return None
        segment.tail, segment.last_time = self._leaves, self._last_time
        segment.set_sides(self._begins, {number: (one[1], one[2]) for number, one in self._seen.items()})
        segment.set_named(self._named)
        return segment


def tile_root(level: bytes) -> bytes:
    """The root over the hashes of a full tile, level by level, each level in one piece."""
    sha256 = hashlib.sha256
    while len(level) > HASH_BYTES:
        level = b"".join(
            [sha256(NODE_PREFIX + level[at : at + 2 * HASH_BYTES]).digest() for at in range(0, len(level), 64)]
        )
    return level
