"""What waits for exactly one person, and what came of handing it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.programme.words import WorkKind

AT_ONCE_MAX = 200
"""How many things of a kind are shown, and move with one handover."""


@dataclass(frozen=True)
class OpenWork:
    """One thing that waits for its holder: a time on duty, somebody to visit, or a second word on a dispute."""

    kind: WorkKind
    subject_id: UUID
    holder_id: UUID
    unit_id: UUID
    about_id: UUID | None
    since_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class Handover:
    """What waits for one person in some units goes to another; `by` asked for it and was allowed to."""

    handover_id: UUID
    from_id: UUID
    to_id: UUID
    unit_ids: tuple[UUID, ...]
    by: UUID


@dataclass(frozen=True)
class Moved:
    """Of one kind: how much went over, and how much the receiver may not have."""

    kind: WorkKind
    moved: int
    left: int
