"""How far a group is behind: in events, and in seconds since the oldest of them was seen on the broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from libs.bus import TopicPartition
from libs.clock import monotonic

LOOKS_KEPT_MAX = 120


class Behind(NamedTuple):
    """By how much a group is behind."""

    events: int
    seconds: float


class _Look(NamedTuple):
    at: float
    ends: Mapping[TopicPartition, int]


class Lag:
    """Remembers the ends it saw until the group has reached them: the oldest not reached says since when it is behind.

    Counted from the process's start at most: what waited before is not known to have waited.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._looks: list[_Look] = []

    def look(self, ends: Mapping[TopicPartition, int], reached: Mapping[TopicPartition, int]) -> Behind:
        """Take note of where the topics end now and how far the group has come."""
        if not self._looks or self._looks[-1].ends != ends:
            self._looks.append(_Look(self._now(), dict(ends)))
        while self._looks and not _missing(self._looks[0].ends, reached):
            del self._looks[0]
        if len(self._looks) > LOOKS_KEPT_MAX:
            del self._looks[1::2]  # The first says since when; of the others every second will do.
        since = self._looks[0].at if self._looks else self._now()
        return Behind(_missing(ends, reached), self._now() - since)


def _missing(ends: Mapping[TopicPartition, int], reached: Mapping[TopicPartition, int]) -> int:
    return sum(max(0, end - reached.get(partition, 0)) for partition, end in ends.items())
