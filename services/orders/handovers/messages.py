"""What is told of a handover: what came of it here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from services.orders.handovers.rules import Moved


@tells(orders.WorkMoved, subject="handover_id")
@dataclass(frozen=True)
class WorkMoved:
    """What waited for one person waits for another now, as far as they may have it."""

    handover_id: UUID
    district_id: UUID
    from_id: UUID
    to_id: UUID
    results: tuple[Moved, ...]
