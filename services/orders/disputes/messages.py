"""What is told of a reversal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from libs.programme.words import Funding


@tells(orders.HoursReversed, subject="order_id")
@dataclass(frozen=True, kw_only=True)
class HoursReversed:
    """A settlement is to be reversed whole."""

    reversal_id: UUID
    order_id: UUID
    district_id: UUID
    funding: Funding
    settlement: int
    proposed_by: UUID
    decided_by: UUID
    why: str
    recover: bool
    volunteer_ids: tuple[UUID, ...]
    start_at: datetime
