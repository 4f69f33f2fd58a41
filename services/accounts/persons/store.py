"""Find people within some units of the tree."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.http.lists import Listing, equals, one_of
from libs.programme.words import PersonStatus
from services.accounts.core.store.narrowing import below_any
from services.accounts.core.store.tables import person, role_grant


def _holding(role: str) -> sa.ColumnElement[bool]:
    held = sa.select(role_grant.c.person_id).where(role_grant.c.role == role, role_grant.c.ended_at.is_(None))
    return person.c.person_id.in_(held)


PERSONS = Listing(
    sa.select(person).where(person.c.status.not_in([PersonStatus.SEALED, PersonStatus.ERASED])),
    order=(person.c.person_id,),
    narrowed={
        "within": one_of(person.c.home_unit_id),
        "ids": one_of(person.c.person_id),
        "status": equals(person.c.status),
        "role": _holding,
    },
    scope=("within",),
    looked_up={"within": below_any},
)
"""People within the units that the caller reaches; the sealed and erased are seen by nobody."""


def homes_of(connection: Connection, person_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the home units of several people; the sealed and erased are seen by nobody."""
    rows = connection.execute(
        sa.select(person.c.person_id, person.c.home_unit_id)
        .where(person.c.person_id.in_(person_ids))
        .where(person.c.status.not_in([PersonStatus.SEALED, PersonStatus.ERASED]))
    )
    return {row.person_id: row.home_unit_id for row in rows}
