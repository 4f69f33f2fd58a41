"""Load and save ability grades and hardship."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import find_row
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import Grade, Hardship
from services.accounts.recipients.rules import Finding, FindingKind
from services.accounts.recipients.tables import finding


class FindingStore:
    """Findings of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Finding) -> None:
        """Save a new finding."""
        own = {"kind": new.kind, "person_id": new.person_id, "grade": new.grade, "categories": list(new.categories)}
        row = {"finding_id": new.finding_id, **own, **columns_of(new.proposal)}
        self._connection.execute(finding.insert().values(**row))

    def save(self, decided: Finding) -> None:
        """Save that a finding was confirmed or turned down."""
        one = finding.c.finding_id == decided.finding_id
        self._connection.execute(finding.update().where(one).values(**columns_of(decided.proposal)))

    def person_of(self, finding_id: UUID) -> UUID:
        """Return whom a finding is about, without a lock, to know whom to lock first.

        Raises:
            RecordNotFoundError: there is none.
        """
        row = find_row(self._connection, finding, finding_id=finding_id)
        if row is None:
            raise RecordNotFoundError(finding_id=finding_id)
        person_id: UUID = row.person_id
        return person_id

    def find(self, finding_id: UUID) -> Finding | None:
        """Return a finding, locked, or None."""
        query = sa.select(finding).where(finding.c.finding_id == finding_id).with_for_update()
        row = self._connection.execute(query).first()
        return _finding_of(row) if row else None


def _finding_of(row: sa.Row[Any]) -> Finding:
    return Finding(
        proposal=proposal_of(row, proposal_id=row.finding_id, hands={row.person_id}),
        kind=FindingKind(row.kind),
        person_id=row.person_id,
        grade=Grade(row.grade) if row.grade else None,
        categories=tuple(Hardship(category) for category in row.categories),
    )
