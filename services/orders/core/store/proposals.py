"""What two people decide: a proposal, locked, and the verdict on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from libs.programme.refusals import RecordNotFoundError


@dataclass(frozen=True)
class Verdict:
    """Yes or no to a proposal, by whom, when and why."""

    accepted: bool
    by: UUID
    at: datetime
    why: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """Return the verdict as a proposal keeps it."""
        return {"accepted": self.accepted, "decided_by": self.by, "decided_at": self.at, "decision_why": self.why}


def lock_row(connection: Connection, table: sa.Table, column: sa.Column[Any], identity: UUID) -> RowMapping:
    row = connection.execute(sa.select(table).where(column == identity).with_for_update()).mappings().first()
    if row is None:
        raise RecordNotFoundError
    return row
