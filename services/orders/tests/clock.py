"""A clock that stands still."""

from __future__ import annotations

from datetime import datetime


class SetClock:
    """A clock that stands still until it is set."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the time that was set last."""
        return self.instant
