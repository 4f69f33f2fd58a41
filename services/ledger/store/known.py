"""What the ledger keeps of others: people, relations, units, policies, signing keys, erasures asked for."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.db.rows import delete_rows, save_row
from libs.programme import directory as shared
from libs.programme.directory import Directory

DIRECTORY = Directory(person={"district_id", "home_unit_id", "status", "household_id", "household_verified"})
signing_keys = shared.signing_keys

metadata = sa.MetaData()
credit_due = sa.Table(
    "credit_due",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("due_at", sa.BigInteger),
)
erasure = sa.Table(
    "erasure",
    metadata,
    sa.Column("erasure_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid),
    sa.Column("credit_to_pool", sa.Boolean),
)


class KnownPerson(NamedTuple):
    """What a rule or a check of scope needs of a person."""

    person_id: UUID
    district_id: UUID
    home_unit_id: UUID
    status: str
    household_id: UUID | None


def find_person(connection: Connection, person_id: UUID) -> KnownPerson | None:
    """What is known of a person."""
    row = DIRECTORY.find_person(connection, person_id)
    return KnownPerson(*(getattr(row, name) for name in KnownPerson._fields)) if row else None


def set_credit_due(connection: Connection, person_id: UUID, due_at: int | None) -> None:
    """Set, or end, when a dead person's credit goes to the pool by itself."""
    if due_at is None:
        delete_rows(connection, credit_due, person_id=person_id)
    else:
        save_row(connection, credit_due, {"person_id": person_id, "due_at": due_at})
