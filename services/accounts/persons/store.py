"""Find people within some units of the tree."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.programme.words import PersonStatus
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.person_store import person_of
from services.accounts.core.store.tables import person, role_grant, unit


@dataclass(frozen=True)
class PersonFilter:
    """Which people are asked for, within the units that the caller reaches."""

    within: Collection[UUID]
    ids: Collection[UUID] | None = None
    role: str | None = None
    status: str | None = None
    after: UUID | None = None


def find_persons(connection: Connection, wanted: PersonFilter, *, limit: int) -> list[Person]:
    """Return people by id; the sealed and erased are seen by nobody."""
    query = (
        sa.select(person)
        .join(unit, unit.c.unit_id == person.c.home_unit_id)
        .where(unit.c.path.overlap(sa.cast(list(wanted.within), ARRAY(sa.Uuid))))
        .where(person.c.status.not_in([PersonStatus.SEALED, PersonStatus.ERASED]))
        .order_by(person.c.person_id)
        .limit(limit)
    )
    if wanted.ids is not None:
        query = query.where(person.c.person_id.in_(wanted.ids))
    if wanted.status:
        query = query.where(person.c.status == wanted.status)
    if wanted.after:
        query = query.where(person.c.person_id > wanted.after)
    if wanted.role:
        held = sa.select(role_grant.c.person_id).where(
            role_grant.c.role == wanted.role, role_grant.c.ended_at.is_(None)
        )
        query = query.where(person.c.person_id.in_(held))
    return [person_of(row) for row in connection.execute(query)]


def homes_of(connection: Connection, person_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the home units of several people; the sealed and erased are seen by nobody."""
    rows = connection.execute(
        sa.select(person.c.person_id, person.c.home_unit_id)
        .where(person.c.person_id.in_(person_ids))
        .where(person.c.status.not_in([PersonStatus.SEALED, PersonStatus.ERASED]))
    )
    return {row.person_id: row.home_unit_id for row in rows}
