"""What handovers hear: that somebody's work goes to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import EventContext, hears
from libs.programme import directory
from libs.programme.words import WorkKind
from services.orders.handovers.rules import Handover
from services.orders.handovers.usecases import move_work


@dataclass(frozen=True)
class WorkHandedOver:
    """Accounts has looked whether who asks may."""

    handover_id: UUID
    person_id: UUID
    to_id: UUID
    unit_id: UUID
    kinds: tuple[WorkKind, ...]
    by: UUID


@hears(accounts.WorkHandedOver)
def take_over(connection: Connection, context: EventContext, handed: WorkHandedOver) -> None:
    """Move what is held here, and tell what came of it."""
    unit_ids = tuple(directory.units_below(connection, [handed.unit_id]))
    handover = Handover(handed.handover_id, handed.person_id, handed.to_id, unit_ids, handed.by)
    move_work(connection, context, handover, handed.kinds, unit_id=handed.unit_id)
