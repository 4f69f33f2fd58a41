"""What a venue is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.orders.core.rules.people import Place
from services.orders.venues.refusals import VenueClosedError


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
