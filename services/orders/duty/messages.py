"""What is told of an urgent call: whom it goes to, what became of it; accounts, which has the numbers, tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells


@tells(orders.DutyCalled, subject="incident_id")
@dataclass(frozen=True)
class DutyCalled:
    """Somebody on duty is to be told at once, by every way they have."""

    incident_id: UUID
    district_id: UUID
    person_id: UUID
    number: int
    round: int
    answer_by_at: datetime
    recipient_id: UUID | None


@tells(orders.DutyAcknowledged, subject="incident_id")
@dataclass(frozen=True)
class DutyAcknowledged:
    """Somebody looks after it; the caller is told."""

    incident_id: UUID
    district_id: UUID
    person_id: UUID
    caller_id: UUID
    recipient_id: UUID | None


@tells(orders.DutyUnanswered, subject="incident_id")
@dataclass(frozen=True)
class DutyUnanswered:
    """Nobody is on duty, or nobody answered: the caller is told to dial 120."""

    incident_id: UUID
    district_id: UUID
    caller_id: UUID
    reason: str
