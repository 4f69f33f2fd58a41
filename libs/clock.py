"""Where every process takes its time from, and the one way from an instant to a local date.

Rules of the programme take their time from a Clock that is passed in. Leases, retries and polls use `monotonic`, and
the lifetime of tokens uses `machine_now`: neither is ever moved by a test.
"""

import mmap
import os
import struct
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

PROGRAMME_ZONE = "Asia/Shanghai"
_STAMP = struct.Struct(">q")


class Clock(Protocol):
    """Tells the platform's time."""

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return machine_now()


class ManualClock:
    """A time that stands still until it is set; shared by all processes through a file of 8 bytes.

    The file holds microseconds since 1970; or 0 for "follow the machine's time" (the platform after its demo history);
    or, negative, how many microseconds to run ahead of the machine's time (after a demonstration moved the day on).
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_STAMP.pack(0))
        descriptor = os.open(path, os.O_RDWR)
        try:
            self._map = mmap.mmap(descriptor, _STAMP.size)
        finally:
            os.close(descriptor)

    def now(self) -> datetime:
        """Return the time that was set last, or the machine's time when none is set."""
        microseconds = self._stamp()
        if microseconds > 0:
            return from_microseconds(microseconds)
        return machine_now() + timedelta(microseconds=-microseconds)

    def stands_still(self) -> bool:
        """Tell whether time moves only when it is set."""
        return self._stamp() > 0

    def set(self, instant: datetime) -> None:
        """Move every process's time to `instant`."""
        self._map[:] = _STAMP.pack(to_microseconds(instant))

    def follow_machine(self) -> None:
        """Let time flow with the machine again, from where it is if that is ahead of the machine."""
        ahead = to_microseconds(self.now()) - to_microseconds(machine_now())
        self._map[:] = _STAMP.pack(-ahead if ahead > 0 else 0)

    def start_anew(self) -> None:
        """Forget every move: time is the machine's."""
        self._map[:] = _STAMP.pack(0)

    def _stamp(self) -> int:
        microseconds: int = _STAMP.unpack(self._map[:])[0]
        return microseconds


def machine_now() -> datetime:
    """Return the machine's instant, whatever the platform's clock says; for tokens, sessions and certificates."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that never go back; for leases, retries and polls."""
    return time.monotonic()


def to_microseconds(instant: datetime) -> int:
    """Return whole microseconds since 1970 of an aware instant, without a float on the way."""
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_microseconds(microseconds: int) -> datetime:
    """Return the UTC instant of whole microseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def local_date(instant: datetime, zone: str = PROGRAMME_ZONE) -> date:
    """Return the programme's local day of an instant; rules about days, weeks and months start here."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_hour(instant: datetime, zone: str = PROGRAMME_ZONE) -> int:
    """Return the programme's local hour of an instant, 0 to 23."""
    return instant.astimezone(ZoneInfo(zone)).hour


def local_midnight(day: date, zone: str = PROGRAMME_ZONE) -> datetime:
    """Return the instant, UTC, at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
