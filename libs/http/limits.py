"""Rate limits per caller in this process's memory: a bucket that refills, and Retry-After when it is empty.

Ours and not a library's: see docs/decisions/0022-what-is-counted-against-whom.md.
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

from flask import Flask, Response, g, request
from werkzeug.exceptions import TooManyRequests

from libs.clock import monotonic
from libs.http.addresses import origin_of
from libs.http.auth import Verifier

CALLERS_MAX = 10_000
HEALTH = ("livez", "readyz")
"""Asked by machines, from an address that strangers may share; cheap however often they are asked."""


@dataclass(frozen=True)
class Rate:
    """How many requests a caller may make: `burst` at once, refilled at `per_second`."""

    per_second: int = 100
    burst: int = 400


BAD_TOKENS = Rate(per_second=5, burst=50)


class Buckets:
    """One bucket per caller; the callers longest unseen are forgotten."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> float:
        """Take one request from the caller's bucket; return 0, or for how many seconds there is none to take."""
        now = monotonic()
        with self._lock:
            level = self._level(caller, now)
            allowed = level >= 1
            self._levels[caller] = (level - 1 if allowed else level, now)
            self._levels.move_to_end(caller)
            if len(self._levels) > CALLERS_MAX:
                self._levels.popitem(last=False)
        return 0.0 if allowed else self._wait(level)

    def wait(self, caller: str) -> float:
        """Return what `take` would, and take nothing."""
        with self._lock:
            level = self._level(caller, monotonic())
        return 0.0 if level >= 1 else self._wait(level)

    def _level(self, caller: str, now: float) -> float:
        level, at = self._levels.get(caller, (float(self._rate.burst), now))
        return min(self._rate.burst, level + (now - at) * self._rate.per_second)

    def _wait(self, level: float) -> float:
        return (1 - level) / self._rate.per_second


def refuse_for(seconds: float) -> None:
    """Refuse, and say truly when to come again.

    Raises:
        TooManyRequests
    """
    if seconds > 0:
        raise TooManyRequests(retry_after=math.ceil(seconds))


def limit_rates(app: Flask, rate: Rate) -> None:
    """Refuse a caller (person, else address) who asks faster than `rate`."""
    buckets = Buckets(rate)

    def check() -> None:
        if request.endpoint in HEALTH:
            return
        bearer = g.get("bearer")
        refuse_for(buckets.take(str(bearer.person_id) if bearer else origin_of(request.remote_addr).one))

    app.before_request(check)


def limit_bad_tokens(app: Flask, verifier: Verifier, rate: Rate = BAD_TOKENS) -> None:
    """Count tokens that do not hold by address; where there were too many, only tokens known to hold are looked at."""
    buckets = Buckets(rate)

    def check() -> None:
        if _token() and not verifier.knows(_token()):
            refuse_for(buckets.wait(origin_of(request.remote_addr).one))

    def count(response: Response) -> Response:
        if response.status_code == 401 and _token() and "bearer" not in g:
            buckets.take(origin_of(request.remote_addr).one)
        return response

    app.before_request(check)
    app.after_request(count)


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
