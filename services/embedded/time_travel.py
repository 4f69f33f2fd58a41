"""Move the platform's day forward, all services together; only where the people are invented.

The earliest thing due in any service up to the target comes first: the clock is set to it, it is run, and everything
it set off is waited for; again and again until nothing is due before the target.
"""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import Connection

from libs.clock import ManualClock, monotonic
from libs.db import Database

DUE_STEPS_MAX = 20_000
SETTLE_SECONDS_MAX = 120.0
SETTLE_POLL_SECONDS = 0.005
SETTLE_POLL_SECONDS_MAX = 0.04


class Settling(Protocol):
    """Knows whether anything is still on its way between the services."""

    def waiting(self) -> list[str]:
        """Return what is on its way, in words; empty when all is settled."""

    def events_since(self, since: datetime | None) -> dict[str, int]:
        """Return how many events of each type were recorded since then."""


@dataclass(frozen=True)
class DuePart:
    """A service whose rules have things that fall due by the clock."""

    name: str
    database: Database
    next_due: Callable[[Connection, datetime], datetime | None]
    run_due: Callable[[Connection, datetime], object]


class Traveller:
    """Moves the clock of a platform; one move at a time, whichever process it is asked in."""

    def __init__(
        self,
        clock: ManualClock,
        parts: Sequence[DuePart],
        settling: Settling,
        *,
        lock: Path,
        wake: Callable[[], None],
    ) -> None:
        """`wake` makes every relay look at once; `lock` keeps two processes from moving the clock together."""
        self._wake = wake
        self._clock = clock
        self._parts = parts
        self._settling = settling
        self._lock_path = lock
        self._lock = threading.Lock()
        self._pause = threading.Event()

    def now(self) -> datetime:
        """Return the platform's time."""
        return self._clock.now()

    def stands_still(self) -> bool:
        """Tell whether time moves only when it is moved."""
        return self._clock.stands_still()

    def begin_at(self, instant: datetime) -> None:
        """Stand still at an instant, also one before now; only where nothing has happened yet."""
        self._clock.set(instant)

    def flow_on(self) -> None:
        """Let time flow with the machine's again, from where it is."""
        self._clock.follow_machine()

    def waiting(self) -> list[str]:
        """Return what is still on its way."""
        return self._settling.waiting()

    def events_since(self, since: datetime | None) -> dict[str, int]:
        """Return how many events of each type were recorded since then."""
        return self._settling.events_since(since)

    def advance(self, target: datetime) -> bool:
        """Move to `target`, letting everything due on the way happen; False when something did not settle in time."""
        with self._alone():
            if not self._clock.stands_still():
                self._clock.set(self._clock.now())
            settled = self.settle(SETTLE_SECONDS_MAX)
            for _ in range(DUE_STEPS_MAX):
                due = self._earliest(target)
                if due is None or not settled:
                    break
                part, at = due
                self._clock.set(max(at, self._clock.now()))
                with part.database.transaction() as connection:
                    part.run_due(connection, self._clock.now())
                settled = self.settle(SETTLE_SECONDS_MAX)
            if settled:
                self._clock.set(max(target, self._clock.now()))
            return settled

    def pass_time(self, target: datetime, *, look: bool = True) -> bool:
        """Move to `target` like `advance`, but wait for nothing where nothing is due on the way.

        For who makes a history: what is on its way is heard a little later, and carries its own times. Who knows that
        nothing can be due before `target` need not `look`; what would be is run with the next look.
        """
        with self._alone():
            if self._clock.stands_still() and (not look or self._earliest(target) is None):
                self._clock.set(max(target, self._clock.now()))
                return True
        return self.advance(target)

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is on its way; False when the time is over first."""
        end = monotonic() + seconds
        pause = SETTLE_POLL_SECONDS
        self._wake()
        while self._settling.waiting():
            if monotonic() >= end:
                return False
            # Looking costs the same processor that what we wait for needs.
            self._pause.wait(pause)
            pause = min(pause * 2, SETTLE_POLL_SECONDS_MAX)
        return True

    def _earliest(self, target: datetime) -> tuple[DuePart, datetime] | None:
        earliest: tuple[DuePart, datetime] | None = None
        for part in self._parts:
            with part.database.reading() as connection:
                at = part.next_due(connection, target)
            if at is not None and at <= target and (earliest is None or at < earliest[1]):
                earliest = (part, at)
        return earliest

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock, open(self._lock_path, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
