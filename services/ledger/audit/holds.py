"""What acts hold in held twins: movements are added up by act and twin, many at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.ledger.audit.stretch import Numbers, Records

MOVEMENTS_AT_ONCE = 1 << 16
ODD = np.uint64(0x9E3779B97F4A7C15)
"""Multiplied by it, numbers that are near each other are far apart."""


class OpenHolds:
    """What is left of each hold; only those that are open, and the last movements, are kept."""

    def __init__(self) -> None:
        self._acts = np.empty(0, "V16")
        self._twins = np.empty(0, np.int64)
        self._left = np.empty(0, np.int64)
        self._waiting: list[tuple[Records, Numbers, Numbers]] = []
        self._movements = 0

    def add(self, acts: Records, twins: Numbers, changes: Numbers) -> None:
        """Add movements: for each its act, the held twin, and the minutes by which that changes."""
        self._waiting.append((acts, twins, changes))
        self._movements += len(acts)
        if self._movements >= MOVEMENTS_AT_ONCE:
            self._add_up()

    def left(self) -> dict[tuple[bytes, int], int]:
        """What is left of each that is open, by act and twin."""
        self._add_up()
        acts = self._acts.tobytes()
        rows = enumerate(zip(self._twins.tolist(), self._left.tolist(), strict=True))
        return {(acts[16 * at : 16 * at + 16], twin): left for at, (twin, left) in rows}

    def _add_up(self) -> None:
        waiting = [(self._acts, self._twins, self._left), *self._waiting]
        acts, twins, changes = (np.concatenate([one[column] for one in waiting]) for column in range(3))
        self._waiting, self._movements = [], 0
        if not len(acts):
            return
        order, is_first = _together(acts.view(np.uint64).reshape(-1, 2), twins)
        heads = np.flatnonzero(is_first)
        left = np.add.reduceat(changes[order], heads)
        is_open = left != 0
        kept = order[heads[is_open]]
        self._acts, self._twins, self._left = acts[kept], twins[kept], left[is_open]


def _together(acts: NDArray[np.uint64], twins: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """An order in which those of one act and twin stand together, and where another one begins."""
    # By one number made of all three, which is ten times faster; by all three where two of them meet in it.
    mixed = (acts[:, 0] * ODD ^ acts[:, 1]) * ODD ^ twins.view(np.uint64)
    order = np.argsort(mixed)
    is_first = _differ(acts, twins, order)
    if (is_first[1:] & (mixed[order][1:] == mixed[order][:-1])).any():
        order = np.lexsort((twins, acts[:, 1], acts[:, 0]))
        is_first = _differ(acts, twins, order)
    return order, is_first


def _differ(acts: NDArray[np.uint64], twins: Numbers, order: Numbers) -> NDArray[np.bool_]:
    """Whether each has another act or twin than the one before."""
    is_first = np.ones(len(order), np.bool_)
    acts, twins = acts[order], twins[order]
    is_first[1:] = (acts[1:] != acts[:-1]).any(axis=1) | (twins[1:] != twins[:-1])
    return is_first
