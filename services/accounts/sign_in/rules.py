"""How often something may be tried before one has to wait, and for how long; and what a device is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

_DOUBLINGS_MAX = 16


DEVICES_MAX = 5


@dataclass(frozen=True)
class DeviceKey:
    """A device: the key it signs with, named by its thumbprint, and in which session it was shown last.

    Once revoked, only its name is kept, so that it never comes back.
    """

    key_id: str
    person_id: UUID
    session_id: UUID
    public_key: bytes
    registered_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Bound:
    """So many tries are free; each further one is followed by a wait, twice as long each time, up to the longest.

    Without a try for a while, all are forgotten.
    """

    free: int
    first_wait: timedelta
    wait_max: timedelta
    forgotten_after: timedelta


@dataclass(frozen=True)
class Tries:
    """What is known of somebody's tries: how many, when the last one was, and from when the next is looked at."""

    count: int
    last_at: datetime
    open_at: datetime


def wait_of(tries: Tries, now: datetime) -> timedelta:
    """Return how long it is until another try is looked at; nothing when it is now."""
    return max(timedelta(), tries.open_at - now)


def after_try(tries: Tries, bound: Bound, now: datetime) -> Tries:
    """Return the tries with one more, which is made now."""
    count = 1 if now - tries.last_at >= bound.forgotten_after else tries.count + 1
    return Tries(count, now, now + _wait_after(count, bound))


def without_last(tries: Tries, now: datetime) -> Tries:
    """Return the tries without the last, which turned out to be none."""
    return Tries(max(0, tries.count - 1), tries.last_at, now)


def _wait_after(count: int, bound: Bound) -> timedelta:
    if count < bound.free:
        return timedelta()
    doubled: timedelta = bound.first_wait * 2 ** min(count - bound.free, _DOUBLINGS_MAX)
    return min(doubled, bound.wait_max)
