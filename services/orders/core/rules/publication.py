"""Since when an order is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Publication:
    """Since when an order is open to be taken, when a coordinator should look, and what its recipient says."""

    published_at: datetime | None = None
    no_taker_at: datetime | None = None
    # When the recipient was asked what now, for nobody had taken it.
    asked_at: datetime | None = None
    # Until when the recipient waits for somebody, as they said.
    wait_until: datetime | None = None


NOT_PUBLISHED = Publication()
