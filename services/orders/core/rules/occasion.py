"""What an order is: help for one recipient, a volunteer's seat at an activity, or a round to several."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What is served: one recipient, an activity at a venue, or several recipients one after the other."""

    HELP = "help"
    SEAT = "seat"
    ROUND = "round"


@dataclass(frozen=True)
class Occasion:
    """Where an order without a recipient begins, and the activity that it is a seat of."""

    venue_id: UUID | None = None
    activity_id: UUID | None = None


NO_OCCASION = Occasion()
