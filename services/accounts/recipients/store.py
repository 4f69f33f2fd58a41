"""Load and save ability grades and hardship."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.programme.words import Grade, Hardship
from services.accounts.recipients.rules import Finding, FindingKind
from services.accounts.recipients.tables import finding


class FindingStore:
    """Findings of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_finding(self, new: Finding) -> None:
        """Save a new finding."""
        columns = {**asdict(new), "categories": list(new.categories)}
        self._connection.execute(finding.insert().values(**columns))

    def save_finding(self, decided: Finding) -> None:
        """Save that a finding was confirmed or turned down."""
        self._connection.execute(
            finding.update()
            .where(finding.c.finding_id == decided.finding_id)
            .values(
                confirmed_by=decided.confirmed_by,
                confirmed_at=decided.confirmed_at,
                turned_down_by=decided.turned_down_by,
                turned_down_why=decided.turned_down_why,
            )
        )

    def find_finding(self, finding_id: UUID) -> Finding | None:
        """Return a finding, locked, or None."""
        query = sa.select(finding).where(finding.c.finding_id == finding_id).with_for_update()
        row = self._connection.execute(query).first()
        return _finding_of(row) if row else None


def _finding_of(row: sa.Row[Any]) -> Finding:
    return Finding(
        finding_id=row.finding_id,
        kind=FindingKind(row.kind),
        person_id=row.person_id,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        grade=Grade(row.grade) if row.grade else None,
        categories=tuple(Hardship(category) for category in row.categories),
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        turned_down_by=row.turned_down_by,
        turned_down_why=row.turned_down_why,
    )
