"""How far a group is behind, in events and in seconds: since the oldest missing one was seen, not since the last."""

from __future__ import annotations

from libs.bus import TopicPartition
from libs.inbox.lag import LOOKS_KEPT_MAX, Behind, Lag

HERE, THERE = TopicPartition("t", 0), TopicPartition("t", 1)


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.at


def test_who_has_everything_is_behind_by_nothing_however_long_nothing_came() -> None:
    now = HandClock()
    lag = Lag(now)
    lag.look({HERE: 5}, {HERE: 5})
    now.at = 3600

    assert lag.look({HERE: 6}, {HERE: 5}) == Behind(1, 0)
    now.at = 3601
    assert lag.look({HERE: 6}, {HERE: 5}) == Behind(1, 1)
    assert lag.look({HERE: 6}, {HERE: 6}) == Behind(0, 0)


def test_who_keeps_up_with_a_stream_that_never_ends_is_behind_by_what_it_takes() -> None:
    now = HandClock()
    lag = Lag(now)

    seconds = set()
    for second in range(1, 100):
        now.at = float(second)
        seconds.add(lag.look({HERE: second * 10}, {HERE: (second - 2) * 10}).seconds)

    assert max(seconds) == 1


def test_the_slowest_partition_counts() -> None:
    now = HandClock()
    lag = Lag(now)
    lag.look({HERE: 3, THERE: 3}, {HERE: 3})
    now.at = 30

    assert lag.look({HERE: 9, THERE: 3}, {HERE: 9}) == Behind(3, 30)


def test_what_is_remembered_is_bounded_and_the_oldest_is_kept() -> None:
    now = HandClock()
    lag = Lag(now)

    for second in range(10 * LOOKS_KEPT_MAX):
        now.at = float(second)
        behind = lag.look({HERE: second + 1}, {})

    assert behind == Behind(10 * LOOKS_KEPT_MAX, 10 * LOOKS_KEPT_MAX - 1)
    assert len(lag._looks) <= LOOKS_KEPT_MAX + 1
