"""Some numbers for each wallet, as arrays in the order of the wallets' numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.ledger.audit.stretch import Numbers


class ByNumber:
    """A row of `width` numbers for each wallet that is there; nobody else's are all 0."""

    def __init__(self, width: int) -> None:
        self.numbers: Numbers = np.empty(0, np.int64)
        self.values: Numbers = np.empty((0, width), np.int64)

    def __len__(self) -> int:
        return len(self.numbers)

    def find(self, numbers: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
        """The values of each wallet that is asked for, and whether it is there."""
        if not len(self):
            return np.zeros((len(numbers), self.values.shape[1]), np.int64), np.zeros(len(numbers), np.bool_)
        places = np.minimum(np.searchsorted(self.numbers, numbers), len(self) - 1)
        is_there = self.numbers[places] == numbers
        return self.values[places] * is_there[:, None], is_there

    def put(self, numbers: Numbers, values: Numbers) -> None:
        """Set the values of wallets, each of which is told once."""
        _, is_there = self.find(numbers)
        self.values[np.searchsorted(self.numbers, numbers[is_there])] = values[is_there]
        if is_there.all():
            return
        numbers = np.concatenate((self.numbers, numbers[~is_there]))
        values = np.concatenate((self.values, values[~is_there]))
        order = np.argsort(numbers)
        self.numbers, self.values = numbers[order], values[order]

    def rows(self) -> list[list[int]]:
        """The number of each wallet and its values."""
        found: list[list[int]] = np.column_stack((self.numbers, self.values)).tolist()
        return found
