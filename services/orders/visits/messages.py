"""What is told of a visit."""

from __future__ import annotations

from dataclasses import dataclass
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
