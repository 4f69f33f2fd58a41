"""What is told of a welfare check: who is to do its step, and who above is told that nobody did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells


@tells(orders.WelfareStepOpened, subject="incident_id")
@dataclass(frozen=True)
class WelfareStepOpened:
    """People are to be told at once, by every way they have."""

    incident_id: UUID
    district_id: UUID
    recipient_id: UUID
    rung: str
    told_ids: tuple[UUID, ...]
    above_ids: tuple[UUID, ...]
    why_above: str
    answer_by_at: datetime
