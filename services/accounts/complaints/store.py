"""Load and save complaints."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db import write_at_end
from libs.db.prepared import Prepared
from libs.db.rows import add_row, change_rows, find_row
from libs.http.lists import Listing, equals
from services.accounts.complaints.rules import About, Complaint, ComplaintState
from services.accounts.complaints.tables import complaint
from services.accounts.core.store.facts import Ask, locked_row, prepared, unless_taken
from services.accounts.core.store.narrowing import at_home_within, below

ABOUT = "SELECT person_id FROM complaint WHERE complaint_id = %(complaint_id)s"
"""Whom a complaint is of."""
_OPEN = Prepared(
    sa.select(complaint.c.complaint_id).where(
        *(complaint.c[name] == sa.bindparam(name) for name in ("person_id", "about", "filed_by", "state"))
    )
)


class ComplaintStore:
    """Complaints of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Complaint) -> None:
        """Save a new complaint."""
        write_at_end(self._connection, lambda: add_row(self._connection, complaint, asdict(new)))

    def save_answer(self, answered: Complaint) -> None:
        """Save the answer."""
        values = {name: getattr(answered, name) for name in ("state", "answered_by", "answered_at", "reason")}
        key = answered.complaint_id
        write_at_end(self._connection, lambda: change_rows(self._connection, complaint, values, complaint_id=key))

    def find(self, complaint_id: UUID) -> Complaint | None:
        """Return a complaint, or None."""
        row = find_row(self._connection, complaint, complaint_id=complaint_id)
        return complaint_of(row) if row else None


def new_complaint(complaint_id: UUID) -> Ask:
    """Ask whether there is a complaint with this id; nobody else makes one under it now."""
    return unless_taken(complaint, complaint_id=complaint_id)


def waiting_complaint(person_id: UUID, about: About, *, filed_by: UUID) -> Ask:
    """Ask whether one about the same, by the same hand, waits for its answer."""
    return prepared(_OPEN, person_id=person_id, about=about, filed_by=filed_by, state=ComplaintState.OPEN)


def kept_complaint(complaint_id: UUID) -> Ask:
    """Ask for a complaint, locked."""
    return locked_row(complaint, complaint_id=complaint_id)


def complaint_of(row: Any) -> Complaint:
    """Return the complaint of a row."""
    return Complaint(
        complaint_id=row.complaint_id,
        person_id=row.person_id,
        filed_by=row.filed_by,
        about=About(row.about),
        words=row.words,
        filed_at=row.filed_at,
        state=ComplaintState(row.state),
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        reason=row.reason,
    )


COMPLAINTS = Listing(
    sa.select(complaint),
    order=(complaint.c.complaint_id,),
    narrowed={
        "unit": at_home_within(complaint.c.person_id),
        "person": equals(complaint.c.person_id),
        "state": equals(complaint.c.state),
    },
    scope=("unit", "person"),
    looked_up={"unit": below},
)
"""Complaints: of people at home in a unit and below, or of one person."""
