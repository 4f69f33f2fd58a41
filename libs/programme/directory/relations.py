"""Who is what to whom; a relation that others only declared is none that counts against somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from libs.db import Connection
from libs.db.driver import run


class RelationRow(NamedTuple):
    """`kind` is what the relative is to the person."""

    kind: str
    verified: bool


BETWEEN = """
    SELECT kind, verified FROM relation WHERE person_id = %(person_id)s AND relative_id = %(relative_id)s
    ORDER BY verified DESC, kind = 'friend', kind LIMIT 1"""
RELATED = """
    SELECT relative_id FROM relation WHERE person_id = %(person_id)s AND relative_id = ANY(%(others)s)
        AND (verified OR declared_by = %(person_id)s) AND kind <> 'friend'
    UNION SELECT person_id FROM relation WHERE relative_id = %(person_id)s AND person_id = ANY(%(others)s)
        AND (verified OR declared_by = %(person_id)s) AND kind <> 'friend'
    UNION SELECT other.person_id FROM person other JOIN person own ON own.household_id = other.household_id
        WHERE own.person_id = %(person_id)s AND other.person_id = ANY(%(others)s)
        AND own.person_id <> other.person_id AND own.household_verified AND other.household_verified"""


def relation_between(connection: Connection, *, person_id: UUID, relative_id: UUID) -> RelationRow | None:
    """Return what the relative is to the person; of several, a verified one first."""
    row = run(connection, BETWEEN, {"person_id": person_id, "relative_id": relative_id}).fetchone()
    return RelationRow(*row) if row else None


def related_to(connection: Connection, person_id: UUID, others: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of the others who are sure relatives (verified, or the person said so) or sure housemates."""
    rows = run(connection, RELATED, {"person_id": person_id, "others": list(others)})
    return frozenset(other for (other,) in rows)
