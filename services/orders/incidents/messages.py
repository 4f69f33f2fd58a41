"""What is told of an incident."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells


@tells(orders.IncidentOpened, subject="incident_id")
@dataclass(frozen=True)
class IncidentOpened:
    """People must look at once."""

    incident_id: UUID
    district_id: UUID
    kind: str
    person_id: UUID | None
    order_id: UUID | None


@tells(orders.IncidentClosed, subject="incident_id")
@dataclass(frozen=True)
class IncidentClosed:
    """An incident ended; how stands in orders, in the words of who closed it."""

    incident_id: UUID
    district_id: UUID
    by: UUID
