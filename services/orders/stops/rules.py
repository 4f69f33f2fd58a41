"""How long a stop bars a volunteer, and how often one coordinator may say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.orders.stops.refusals import StopEndedError, StoppedLatelyError

STOP_LASTS = timedelta(hours=24)
AGAIN_AFTER = timedelta(days=7)
"""From one stop of a volunteer to the next by the same coordinator."""


@dataclass(frozen=True)
class Stop:
    """A volunteer takes nothing and opens no door from one instant to another; `why` in the words of who said so."""

    stop_id: UUID
    volunteer_id: UUID
    unit_id: UUID
    stopped_by: UUID
    stopped_at: datetime
    ends_at: datetime
    why: str
    lifted_by: UUID | None = None
    lifted_at: datetime | None = None
    lifted_why: str = ""

    def refuse_unless_holds(self, now: datetime) -> None:
        """Refuse to lift what is over.

        Raises:
            StopEndedError
        """
        if self.lifted_at is not None or now >= self.ends_at:
            raise StopEndedError


def refuse_again(last: datetime | None, now: datetime) -> None:
    """Refuse a coordinator who stopped the same volunteer a short while ago.

    Raises:
        StoppedLatelyError: less than AGAIN_AFTER ago.
    """
    if last is not None and now - last < AGAIN_AFTER:
        raise StoppedLatelyError(stopped_at=last.isoformat())
