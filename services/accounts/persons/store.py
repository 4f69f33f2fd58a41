"""Find people within some units of the tree; keep their photographs."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.http.lists import Listing, equals, one_of
from libs.programme.words import PersonStatus
from services.accounts.core.store.narrowing import below_any
from services.accounts.core.store.tables import person, person_photo, role_grant


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


class PhotoStore:
    """Sealed photographs, of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, person_id: UUID, sealed: bytes) -> None:
        """Keep a photograph instead of an earlier one."""
        kept = insert(person_photo).values(person_id=person_id, sealed=sealed)
        self._connection.execute(
            kept.on_conflict_do_update(index_elements=["person_id"], set_={"sealed": kept.excluded.sealed})
        )

    def forget(self, person_id: UUID) -> None:
        """Keep it no longer."""
        self._connection.execute(person_photo.delete().where(person_photo.c.person_id == person_id))

    def kept_of(self, person_ids: Collection[UUID]) -> set[UUID]:
        """Return of whom there is one."""
        query = sa.select(person_photo.c.person_id).where(person_photo.c.person_id.in_(list(person_ids)))
        return set(self._connection.scalars(query))

    def sealed(self, person_id: UUID) -> bytes:
        """Return one that is kept."""
        query = sa.select(person_photo.c.sealed).where(person_photo.c.person_id == person_id)
        return bytes(self._connection.scalars(query).one())
