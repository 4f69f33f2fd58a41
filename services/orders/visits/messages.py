"""What is told of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells


@tells(orders.VisitRecorded, subject="person_id")
@dataclass(frozen=True)
class VisitRecorded:
    """Somebody looked after a person on the visit list."""

    visit_id: UUID
    district_id: UUID
    person_id: UUID
    how: str
    outcome: str
    by: UUID


@tells(orders.VisitorAssigned, subject="person_id")
@dataclass(frozen=True)
class VisitorAssigned:
    """Somebody visits a person on the visit list from now on."""

    assignment_id: UUID
    district_id: UUID
    person_id: UUID
    visitor_id: UUID
    by: UUID
    ends_at: datetime


@tells(orders.VisitorReleased, subject="person_id")
@dataclass(frozen=True)
class VisitorReleased:
    """Whoever visited a person does so no more."""

    assignment_id: UUID
    district_id: UUID
    person_id: UUID
