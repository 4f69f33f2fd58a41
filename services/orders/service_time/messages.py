"""What is told of service time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells


@tells(orders.ServiceTimeRecorded, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class ServiceTimeRecorded:
    """An older record of service was taken over by two people."""

    record_id: UUID
    district_id: UUID
    person_id: UUID
    minutes: int
    served_on: date
    proposed_by: UUID
    decided_by: UUID
