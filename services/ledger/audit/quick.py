"""Walk a stretch once, by columns, and tell only whether all is well.

It checks exactly what `segments` checks, of thousands of rows at once. The first thing that is not as it must be ends
it, and the stretch is walked again by the one that names rows and fields: honest journals are long, and altered ones
are rare. Numbers of 64 bits wrap around silently here, so nothing is added to one that comes near the end of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from services.ledger.audit.columns import HASH_BYTES, ROWS, Leaves, rows_of, tile_roots
from services.ledger.audit.holds import OpenHolds
from services.ledger.audit.public_ids import PublicIds
from services.ledger.audit.stretch import TILE, Numbers, Records, Segment, SegmentTerms
from services.ledger.domain.wallets import CLASS_BITS, MAY_OVERDRAW_MAX, SERIAL_BITS, WalletClass

ROWS_AT_ONCE = 8192
SIDE_BITS = 14
"""A side of a row among those that are checked at once: twice the row, and one more for the credit."""
BOOK_BITS = SERIAL_BITS + CLASS_BITS
IN_BOOK = (1 << BOOK_BITS) - 1
CLASS_MASK = (1 << CLASS_BITS) - 1
assert 2 * ROWS_AT_ONCE <= 1 << SIDE_BITS
assert BOOK_BITS + SIDE_BITS < 63, "a wallet's number within its book and a side make one number"
FIRST_HELD = int(WalletClass.POOL_HELD)
MAY_OVERDRAW = int(MAY_OVERDRAW_MAX)
BALANCE_MAX = 1 << 62
"""A balance up to here takes a row's minutes without wrapping around."""
NEVER = np.iinfo(np.int64).max


def check_quickly(blocks: Iterable[bytes], terms: SegmentTerms, public_ids: PublicIds) -> Segment | None:
    """What the stretch hands on; None when anything in it is not as it must be."""
    if not public_ids.is_unique:
        return None
    quick = _Quick(terms, public_ids)
    return quick.finish() if all(map(quick.is_well, _cut(blocks, ROWS_AT_ONCE * ROWS.itemsize))) else None


def _cut(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes, so many at a time."""
    some: list[bytes] = []
    length = 0
    for block in blocks:
        some.append(block)
        length += len(block)
        if length >= size:
            joined, at = b"".join(some), 0
            for at in range(0, length - size + 1, size):
                yield joined[at : at + size]
            some = [joined[at + size :]]
            length = len(some[0])
    yield b"".join(some)


class _Sides(NamedTuple):
    """Both sides of some rows: the debit of the first, its credit, the debit of the second …"""

    numbers: Numbers
    """Each side's wallet."""
    ranks: Numbers
    """Where each side's wallet is among all wallets."""
    order: Numbers
    """The sides wallet by wallet, those of one wallet as they happened."""


class _Quick:
    """Walks a stretch, some thousand rows at a time; what it knows of the wallets is in the order of their numbers."""

    def __init__(self, terms: SegmentTerms, public_ids: PublicIds) -> None:
        self._segment = Segment(terms.book, terms.first, terms.last)
        self._public_ids = public_ids
        wallets = len(public_ids.numbers)
        self._began_at = np.zeros(wallets, np.int64)
        """The position of a wallet's first movement, 0 before there was one; its version and balance before that."""
        self._version_before, self._balance_before = np.zeros((2, wallets), np.int64)
        self._version, self._balance = np.zeros((2, wallets), np.int64)
        self._named_at = np.full(wallets, NEVER)
        self._holds = OpenHolds()
        self._leaves = Leaves(terms.district_id, ROWS_AT_ONCE)
        self._hashes = b""
        """Those of the tile that is not full."""
        self._last_pos, self._last_time = terms.first - 1, 0

    def is_well(self, block: bytes) -> bool:
        """Whether every row of a block is as it must be."""
        rows = rows_of(block)
        if rows is None:
            return False
        if not len(rows):
            return True
        sides = self._sides(rows)
        return sides is not None and self._is_next(rows, sides) and self._moves(rows, sides) and self._logs(rows, sides)

    def _sides(self, rows: Records) -> _Sides | None:
        """Which wallets the rows name; None when one of them is not there."""
        numbers = _both(rows["debit"], rows["credit"])
        is_of_book = (numbers >> BOOK_BITS == self._segment.book) & (numbers & IN_BOOK != 0)
        if not (is_of_book | (numbers == 0)).all():
            return None
        # Wallet and side are sorted as one number: no other way of sorting comes near.
        keys = (numbers & IN_BOOK) << SIDE_BITS | np.arange(len(numbers))
        keys.sort()
        order = keys & (1 << SIDE_BITS) - 1
        heads = _heads(keys >> SIDE_BITS)
        found = self._public_ids.ranks(numbers[order[heads]])
        if found is None:
            return None
        ranks = np.empty_like(order)
        ranks[order] = np.repeat(found, np.diff(heads, append=len(order)))
        return _Sides(numbers, ranks, order)

    def _is_next(self, rows: Records, sides: _Sides) -> bool:
        """Whether no position is left out and the time goes on; when each wallet was named first."""
        expected = np.arange(self._last_pos + 1, self._last_pos + 1 + len(rows))
        times = rows["recorded_at"].astype(np.int64)
        if (rows["pos"] != expected).any() or times[0] <= self._last_time or (times[1:] <= times[:-1]).any():
            return False
        ordered = sides.ranks[sides.order]
        heads = _heads(ordered)
        named = ordered[heads]
        self._named_at[named] = np.minimum(self._named_at[named], times[sides.order[heads] >> 1])
        if self._segment.rows == 0:
            self._segment.first_time = int(times[0])
        self._segment.rows += len(rows)
        self._last_pos, self._last_time = int(expected[-1]), int(times[-1])
        return True

    def _moves(self, rows: Records, sides: _Sides) -> bool:
        """Whether each wallet's versions and balances go on from its row before, and none is below zero."""
        order = sides.order
        is_applied = rows["outcome"] == 0
        if not is_applied.all():
            order = order[is_applied[order >> 1]]
        if not len(order):
            return True
        minutes = rows["minutes"].astype(np.int64)
        numbers, ranks = sides.numbers[order], sides.ranks[order]
        changes = _both(-minutes, minutes)[order]
        versions = _both(rows["debit_version"], rows["credit_version"])[order]
        after = _both(rows["debit_after"], rows["credit_after"])[order]
        classes = numbers & CLASS_MASK
        if ((after > BALANCE_MAX) | (after < -BALANCE_MAX)).any() or ((after < 0) & (classes > MAY_OVERDRAW)).any():
            return False
        is_held = classes >= FIRST_HELD
        if is_held.any():
            self._holds.add(rows["act_id"][order[is_held] >> 1], numbers[is_held], changes[is_held])
        return self._chain(rows["pos"][order >> 1], ranks, versions, after - changes, after)

    def _chain(self, at: Numbers, ranks: Numbers, versions: Numbers, before: Numbers, after: Numbers) -> bool:
        """The movements, wallet by wallet: each but a wallet's first follows on the one before."""
        heads = _heads(ranks)
        follows = (versions[1:] == versions[:-1] + 1) & (before[1:] == after[:-1])
        follows[heads[1:] - 1] = True
        if not follows.all():
            return False
        wallets = ranks[heads]
        is_known = self._began_at[wallets] != 0
        known, first = wallets[is_known], heads[is_known]
        if (versions[first] != self._version[known] + 1).any() or (before[first] != self._balance[known]).any():
            return False
        fresh, first = wallets[~is_known], heads[~is_known]
        self._began_at[fresh] = at[first]
        self._version_before[fresh], self._balance_before[fresh] = versions[first] - 1, before[first]
        last = np.append(heads[1:], len(ranks)) - 1
        self._version[wallets], self._balance[wallets] = versions[last], after[last]
        return True

    def _logs(self, rows: Records, sides: _Sides) -> bool:
        """Whether the rows' leaves have the hashes that are stored; the tree over them."""
        ids = self._public_ids.ids[sides.ranks]
        hashes = self._leaves.hashes(rows, ids[0::2], ids[1::2])
        if hashes != rows["leaf_hash"].tobytes():
            return False
        hashes = self._hashes + hashes
        whole = len(hashes) // (TILE * HASH_BYTES) * TILE * HASH_BYTES
        self._segment.tiles += tile_roots(hashes[:whole])
        self._hashes = hashes[whole:]
        return True

    def finish(self) -> Segment | None:
        """What the stretch hands on; None when rows are missing at its end."""
        segment = self._segment
        if self._last_pos != segment.last:
            return None
        segment.last_time = self._last_time
        segment.tail = [self._hashes[at : at + HASH_BYTES] for at in range(0, len(self._hashes), HASH_BYTES)]
        segment.holds = self._holds.left()
        numbers = self._public_ids.numbers
        moved, named = np.flatnonzero(self._began_at), np.flatnonzero(self._named_at != NEVER)
        columns = (
            numbers, self._began_at, self._version_before, self._balance_before, self._version, self._balance,
        )  # fmt: skip
        segment.sides = np.column_stack([column[moved] for column in columns])
        segment.named = np.column_stack([numbers[named], self._named_at[named]])
        return segment


def _both(of_debit: Numbers, of_credit: Numbers) -> Numbers:
    """A column of both sides, in the order in which they happen."""
    both = np.empty((len(of_debit), 2), np.int64)
    both[:, 0], both[:, 1] = of_debit, of_credit
    return both.ravel()


def _heads(values: Numbers) -> Numbers:
    """Where another value begins."""
    is_head = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_head[1:])
    return np.flatnonzero(is_head)
