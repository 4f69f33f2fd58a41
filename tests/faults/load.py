"""A steady load of the main flow: elders ask and change their minds, the coordinator approves; all of it is noted.

A command is acknowledged when its answer came. What is cut off or put off is asked again with the same id.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import random
import threading
from typing import Any
from uuid import UUID

from urllib3.exceptions import HTTPError

from libs.clock import monotonic
from libs.ids import new_id
from tests.faults.town import COORDINATOR, Pair, Town, redemption_terms
from tests.scenarios.client import ApiCall, Client, PlatformError

PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.2
CANCELLED_SHARE = 0.7
APPROVED_SHARE = 0.3
CANCELLING_SHARE = 0.6
ASKED_BEFORE_CANCELLED = 8  # What was asked this moment is not known everywhere yet, and asking again costs as much.
NOT_YET = (404, 409)


@dataclasses.dataclass
class Notes:
    """What was acknowledged, and what stayed without an answer."""

    requested: dict[str, Pair] = dataclasses.field(default_factory=dict)
    cancelled: set[str] = dataclasses.field(default_factory=set)
    approved: dict[str, Pair] = dataclasses.field(default_factory=dict)
    in_doubt: set[str] = dataclasses.field(default_factory=set)
    acknowledged: int = 0
    repeated: int = 0


class NotYetError(PlatformError):
    """Something was asked before the platform could do it."""


class Load:
    """Threads that send commands until they are told to stop or have nothing left to do."""

    def __init__(self, town: Town, url: str, *, threads: int, seed: int) -> None:
        self.notes = Notes()
        self._town = town
        self._url = url
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._in_flight = 0
        self._waiting = dict(town.served)
        self._asked = itertools.count()
        self._tokens = town.world.client.tokens
        shares = [town.pairs[number::threads] for number in range(threads)]
        self._threads = [
            threading.Thread(target=self._work, args=(share, random.Random(seed + number)), daemon=True)
            for number, share in enumerate(shares)
            if share
        ]
        self.broken: list[str] = []

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is in hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE_SECONDS)
            assert not thread.is_alive(), "a command was never answered"

    @property
    def acknowledged(self) -> int:
        """Return how many commands have been acknowledged."""
        return self.notes.acknowledged

    @property
    def in_flight(self) -> int:
        """Return how many commands wait for an answer now."""
        return self._in_flight

    def _work(self, pairs: list[Pair], rng: random.Random) -> None:
        client = Client(self._url, tokens=self._tokens)
        asked: collections.deque[tuple[str, Pair]] = collections.deque()
        while not self._stop.is_set():
            try:
                order = self._next_served() if rng.random() < APPROVED_SHARE else None
                if order is not None:
                    self._approve(client, *order)
                elif len(asked) >= ASKED_BEFORE_CANCELLED and rng.random() < CANCELLING_SHARE:
                    self._cancel(client, asked)
                else:
                    self._ask(client, rng.choice(pairs), rng, asked)
            except Exception as error:  # noqa: BLE001 - told by the test, with everything else
                self.broken.append(repr(error)[:500])

    def _free_time(self) -> str:
        """Return a time at which nobody of the town has help yet: an elder cannot be helped twice at once."""
        number = next(self._asked)
        return self._town.world.story.instant(f"D{30 + number // 10} {8 + number % 10:02d}:00").isoformat()

    def _next_served(self) -> tuple[str, Pair] | None:
        with self._lock:
            return self._waiting.popitem() if self._waiting else None

    def _approve(self, client: Client, order: str, pair: Pair) -> None:
        if self._command(client, COORDINATOR, "POST", f"/v1/orders/{order}/approval", {}, order=order):
            self.notes.approved[order] = pair

    def _ask(self, client: Client, pair: Pair, rng: random.Random, asked: collections.deque[tuple[str, Pair]]) -> None:
        order = str(new_id())
        terms = redemption_terms(self._town.world, pair, self._free_time())
        if not self._command(client, pair.elder, "PUT", f"/v1/redemptions/{order}", terms, order=order):
            return
        self.notes.requested[order] = pair
        if rng.random() < CANCELLED_SHARE:
            asked.append((order, pair))

    def _cancel(self, client: Client, asked: collections.deque[tuple[str, Pair]]) -> None:
        """Cancel what was asked first; where orders has not heard of it yet, it is its turn again later."""
        order, pair = asked.popleft()
        path = f"/v1/orders/{order}/cancellation"
        try:
            if self._command(client, pair.elder, "POST", path, {}, order=order):
                self.notes.cancelled.add(order)
        except NotYetError:
            self.notes.repeated += 1
            if not self._is_gone(client, pair.elder, order):
                asked.append((order, pair))
                self._stop.wait(PAUSE_SECONDS)

    def _command(
        self,
        client: Client,
        who: str,
        method: str,
        path: str,
        body: dict[str, Any],
        *,
        order: str,
    ) -> bool:
        """Send a command until it is answered; True when it took effect, False when it is in doubt.

        Raises:
            NotYetError: it was too early: what it is about has not come through, or has changed meanwhile.
        """
        key = new_id() if method == "POST" else None
        end = monotonic() + PATIENCE_SECONDS
        with self._counted():
            while monotonic() < end:
                answer = self._once(client, who, method, path, body, key)
                if answer is not None and answer < 400:
                    self.notes.acknowledged += 1
                    return True
                if answer in NOT_YET:
                    raise NotYetError(f"{method} {path}: {answer}")
                if answer is not None:
                    raise PlatformError(f"{method} {path}: {answer}")
                self.notes.repeated += 1
                self._stop.wait(PAUSE_SECONDS)
        self.notes.in_doubt.add(order)
        return False

    def _is_gone(self, client: Client, who: str, order: str) -> bool:
        """Tell whether the ledger has declined what was asked: then there is nothing to cancel."""
        try:
            found = client.get(self._town.world.login(who), f"/v1/redemptions/{order}")
        except (HTTPError, PlatformError):
            return False
        return bool(found["state"] == "declined")

    def _once(
        self, client: Client, who: str, method: str, path: str, body: dict[str, Any], key: UUID | None
    ) -> int | None:
        try:
            status, _ = client.send(ApiCall(self._town.world.login(who), method, path, body, key))
        except (HTTPError, PlatformError):
            return None
        return status

    def _counted(self) -> _Counted:
        return _Counted(self)

    def count(self, change: int) -> None:
        """Note that a command was sent or answered."""
        with self._lock:
            self._in_flight += change


class _Counted:
    """Counts a command as in flight for the length of a block."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def __enter__(self) -> None:
        self._load.count(1)

    def __exit__(self, *_: object) -> None:
        self._load.count(-1)
