"""Load and save ability grades and hardship."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db import write_at_end
from libs.db.rows import add_row, change_rows
from libs.http.lists import NOW, Listing, equals
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.two_people import ProposalState
from libs.programme.words import Grade, Hardship
from services.accounts.core.store.facts import Ask, locked_row, unless_taken
from services.accounts.core.store.narrowing import at_home_within_and_kept, below
from services.accounts.recipients.rules import Finding, FindingKind
from services.accounts.recipients.tables import finding

ABOUT = "SELECT person_id FROM finding WHERE finding_id = %(finding_id)s"
"""Whom a finding is about."""


class FindingStore:
    """Findings of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Finding) -> None:
        """Save a new finding."""
        own = {"kind": new.kind, "person_id": new.person_id, "grade": new.grade, "categories": list(new.categories)}
        row = {"finding_id": new.finding_id, **own, **columns_of(new.proposal)}
        write_at_end(self._connection, lambda: add_row(self._connection, finding, row))

    def save(self, decided: Finding) -> None:
        """Save that a finding was confirmed or turned down."""
        values, key = columns_of(decided.proposal), decided.finding_id
        write_at_end(self._connection, lambda: change_rows(self._connection, finding, values, finding_id=key))


def new_finding(finding_id: UUID) -> Ask:
    """Ask whether there is a finding with this id; nobody else records one under it now."""
    return unless_taken(finding, finding_id=finding_id)


def kept_finding(finding_id: UUID) -> Ask:
    """Ask for a finding, locked."""
    return locked_row(finding, finding_id=finding_id)


def finding_of(row: Any) -> Finding:
    """Return the finding of a row."""
    return Finding(
        proposal=proposal_of(row, proposal_id=row.finding_id, hands={row.person_id}),
        kind=FindingKind(row.kind),
        person_id=row.person_id,
        grade=Grade(row.grade) if row.grade else None,
        categories=tuple(Hardship(category) for category in row.categories),
    )


WAITING = Listing(
    sa.select(finding).where(finding.c.state == ProposalState.PROPOSED, finding.c.lapses_at > NOW),
    order=(finding.c.lapses_at, finding.c.finding_id),
    narrowed={"unit": at_home_within_and_kept(finding.c.person_id), "kind": equals(finding.c.kind)},
    scope=("unit",),
    looked_up={"unit": below},
)
"""What waits for a second person's word, of people at home in a unit and below; the first to lapse first."""
FINDINGS = Listing(
    sa.select(finding),
    order=(finding.c.finding_id,),
    narrowed={"person": equals(finding.c.person_id), "by": equals(finding.c.proposed_by)},
    scope=("person",),
)
"""What was found about a person: by everybody, or by one."""
