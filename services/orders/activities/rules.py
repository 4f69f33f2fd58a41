"""What an activity is, and while what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.orders.activities.refusals import ActivityOverError, SeatsExceedVenueError
from services.orders.venues.rules import Venue

WAITING_MAX = 50


class ActivityState(StrEnum):
    """Where an activity stands; whether it has begun the time alone says."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Activity:
    """Something at a venue that volunteers make possible; `seats` is how many of them it needs at most."""

    activity_id: UUID
    venue_id: UUID
    unit_id: UUID
    district_id: UUID
    title: str
    service_code: str
    start_at: datetime
    end_at: datetime
    seats: int
    planned_by: UUID
    planned_at: datetime
    state: ActivityState = ActivityState.OPEN
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    why: str = ""

    @property
    def minutes(self) -> int:
        """Return how long it lasts."""
        return (self.end_at - self.start_at) // timedelta(minutes=1)

    def refuse_over(self, now: datetime) -> None:
        """Refuse whoever comes too late.

        Raises:
            ActivityOverError: it has ended, or was closed or cancelled.
        """
        self.refuse_ended()
        if now >= self.end_at:
            raise ActivityOverError

    def refuse_ended(self) -> None:
        """Refuse what is done to an activity that somebody has ended.

        Raises:
            ActivityOverError: it was closed or cancelled.
        """
        if self.state is not ActivityState.OPEN:
            raise ActivityOverError

    def ended(self, state: ActivityState, *, by: UUID, at: datetime, why: str = "") -> Activity:
        """Return it closed or cancelled.

        Raises:
            ActivityOverError: it was before.
        """
        self.refuse_ended()
        return replace(self, state=state, ended_by=by, ended_at=at, why=why)


@dataclass(frozen=True)
class Waiter:
    """Who waits for a seat, since when and in whose company; `order_id` is the seat's when there is one."""

    activity_id: UUID
    volunteer_id: UUID
    order_id: UUID
    waits_since: datetime
    guardian_id: UUID | None = None
    group_id: UUID | None = None


def refuse_too_many_seats(venue: Venue, seats: int) -> None:
    """Refuse more volunteers than the venue holds people.

    Raises:
        SeatsExceedVenueError
    """
    if seats > venue.capacity:
        raise SeatsExceedVenueError(capacity=venue.capacity)
