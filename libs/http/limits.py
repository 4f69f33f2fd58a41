"""Rate limits per caller in this process's memory: a bucket that refills, and Retry-After when it is empty."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from flask import Flask, g, request
from werkzeug.exceptions import TooManyRequests

from libs.clock import monotonic

CALLERS_MAX = 10_000
ALWAYS_ANSWERED = ("/livez", "/readyz")
"""Asked by who watches over us, often from an address that strangers share."""


@dataclass(frozen=True)
class Rate:
    """How many requests a caller may make: `burst` at once, refilled at `per_second`."""

    per_second: int = 100
    burst: int = 400


class Buckets:
    """One bucket per caller; the callers longest unseen are forgotten."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> bool:
        """Take one request from the caller's bucket; False when it is empty."""
        now = monotonic()
        with self._lock:
            level, at = self._levels.pop(caller, (float(self._rate.burst), now))
            level = min(self._rate.burst, level + (now - at) * self._rate.per_second)
            allowed = level >= 1
            self._levels[caller] = (level - 1 if allowed else level, now)
            if len(self._levels) > CALLERS_MAX:
                self._levels.popitem(last=False)
        return allowed


def limit_rates(app: Flask, rate: Rate) -> None:
    """Refuse a caller (person, else address) who asks faster than `rate`."""
    buckets = Buckets(rate)

    def check() -> None:
        if request.path in ALWAYS_ANSWERED:
            return
        bearer = g.get("bearer")
        caller = str(bearer.person_id) if bearer else request.remote_addr or "?"
        if not buckets.take(caller):
            raise TooManyRequests

    app.before_request(check)
