"""Since when an order is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Publication:
    """Since when an order is open to be taken, and when a coordinator should look."""

    published_at: datetime | None = None
    no_taker_at: datetime | None = None


NOT_PUBLISHED = Publication()
