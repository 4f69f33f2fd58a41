"""What is handed over, to whom, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.programme.words import PersonStatus, WorkKind
from services.accounts.handovers.refusals import ReceiverUnfitError

AT_ONCE_MAX = 200
"""How many things of a kind move with one handover."""
OF_ORDERS = frozenset({WorkKind.DUTY, WorkKind.VISITS, WorkKind.SECOND_WORD})
"""What orders holds, and answers about later."""


@dataclass(frozen=True)
class Moved:
    """What came of a handover for one kind: how much went over, and how much the receiver could not take."""

    kind: WorkKind
    moved: int
    left: int


@dataclass(frozen=True)
class Handover:
    """What waits for somebody at a unit and below goes to somebody else; `results`: of the kinds that are done."""

    handover_id: UUID
    from_id: UUID
    to_id: UUID
    unit_id: UUID
    kinds: tuple[WorkKind, ...]
    asked_by: UUID
    asked_at: datetime
    results: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class OpenWork:
    """One thing that waits for exactly one member of staff."""

    kind: WorkKind
    subject_id: UUID
    holder_id: UUID
    unit_id: UUID
    about_id: UUID
    until_at: datetime


def refuse_unfit(to_id: UUID, *, from_id: UUID, status: PersonStatus, works_there: bool) -> None:
    """Refuse a receiver who is the same person, may do nothing new, or neither works nor helps in the district.

    Raises:
        ReceiverUnfitError
    """
    if to_id == from_id or status is not PersonStatus.ACTIVE or not works_there:
        raise ReceiverUnfitError(to_id=to_id)
