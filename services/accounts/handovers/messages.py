"""What is told of a handover: orders moves what it holds."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.events import tells
from libs.programme.words import WorkKind


@tells(accounts.WorkHandedOver, subject="handover_id")
@dataclass(frozen=True)
class WorkHandedOver:
    """What waits for a person at a unit and below goes to another; `by` asked for it and was allowed to."""

    handover_id: UUID
    person_id: UUID
    to_id: UUID
    unit_id: UUID
    kinds: tuple[WorkKind, ...]
    by: UUID
