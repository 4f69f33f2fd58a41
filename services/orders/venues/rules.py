"""What a venue is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from libs.clock import local_date
from services.orders.core.rules.people import Place
from services.orders.venues.refusals import CountDayError, CountExceedsVenueError, CountMonthOverError, VenueClosedError

TURNS_MAX = 10
"""How often in a day a place fills and empties, at most."""


class VenueKind(StrEnum):
    """What people come for."""

    CANTEEN = "canteen"
    DAY_CENTRE = "day_centre"
    NEIGHBOUR_POINT = "neighbour_point"
    OTHER = "other"


@dataclass(frozen=True)
class Venue:
    """A service point of a unit; `capacity` is how many people it holds, `place` where it is, None if not known."""

    venue_id: UUID
    unit_id: UUID
    district_id: UUID
    kind: VenueKind
    name: str
    address: str
    capacity: int
    place: Place | None
    registered_by: UUID
    registered_at: datetime
    closed_by: UUID | None = None
    closed_at: datetime | None = None

    def refuse_closed(self) -> None:
        """Refuse what is new at a closed venue.

        Raises:
            VenueClosedError
        """
        if self.closed_at is not None:
            raise VenueClosedError


@dataclass(frozen=True)
class Count:
    """How many came to a venue on a day, and how many meals it gave; `corrects`: the count that this one mends."""

    count_id: UUID
    venue_id: UUID
    unit_id: UUID
    day: date
    visitors: int
    meals: int
    entered_by: UUID
    entered_at: datetime
    revision: int = 1
    corrects: UUID | None = None
    why: str = ""


def refuse_count(venue: Venue, count: Count, *, figures_upto: datetime) -> None:
    """Refuse what cannot be counted; `figures_upto`: until when what happened was counted for good.

    Raises:
        CountDayError: a day that has not come, or on which the place was not open.
        CountMonthOverError: of a month that is over.
        CountExceedsVenueError: more than can have come.
    """
    closed_on = local_date(venue.closed_at) if venue.closed_at else count.day
    today = local_date(count.entered_at)
    if not local_date(venue.registered_at) <= count.day <= min(today, closed_on):
        raise CountDayError
    if count.day < today.replace(day=1) or count.day < local_date(figures_upto):
        raise CountMonthOverError
    most = venue.capacity * TURNS_MAX
    if max(count.visitors, count.meals) > most:
        raise CountExceedsVenueError(most=most)
