"""Load and save erasures."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.programme.proposals import WORDS_OF
from services.accounts.core.rules.persons import ErasureState
from services.accounts.core.store.tables import (
    LEFT,
    access_log,
    credential,
    erasure,
    metadata,
    person_identity,
    person_index,
    person_key,
    person_photo,
)
from services.accounts.erasure.rules import Erasure


class ErasureStore:
    """Erasures of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Erasure) -> None:
        """Save a request."""
        self._connection.execute(erasure.insert().values(**asdict(new)))

    def save(self, changed: Erasure) -> None:
        """Save an answer or the decision."""
        self._connection.execute(
            erasure.update()
            .where(erasure.c.erasure_id == changed.erasure_id)
            .values(
                state=changed.state,
                code=changed.code,
                answers=dict(changed.answers),
                last_service_on=changed.last_service_on,
            )
        )

    def lock(self, erasure_id: UUID) -> Erasure | None:
        """Return an erasure for change, or None."""
        query = sa.select(erasure).where(erasure.c.erasure_id == erasure_id).with_for_update()
        row = self._connection.execute(query).first()
        return erasure_of(row) if row else None

    def forget_ways_in(self, person_id: UUID) -> None:
        """Let nobody sign in as this person, find them or see their face any more."""
        self._connection.execute(person_photo.delete().where(person_photo.c.person_id == person_id))
        self._connection.execute(credential.delete().where(credential.c.person_id == person_id))
        self._connection.execute(person_index.delete().where(person_index.c.person_id == person_id))

    def forget_words(self, person_id: UUID) -> None:
        """Blank what anybody wrote or found about this person, wherever; who did what, how and when stays known."""
        for table in metadata.sorted_tables:
            for column in table.columns if table is not access_log else ():
                about = [table.c[name] == person_id for name in column.info.get(WORDS_OF, ())]
                if about:
                    left = column.info.get(LEFT, "")
                    self._connection.execute(table.update().where(sa.or_(*about)).values({column: left}))

    def forget_what_was_kept(self, person_id: UUID) -> None:
        """Blank what commands about a sealed or erased person answered, and why somebody looked at them.

        The service may change neither; the database does, and only of somebody whose data have ended.
        """
        self._connection.execute(sa.select(sa.func.forget_what_was_kept(person_id)))

    def destroy(self, person_id: UUID) -> None:
        """Destroy the person's key and fields, for ever."""
        self._connection.execute(person_key.delete().where(person_key.c.person_id == person_id))
        self._connection.execute(person_identity.delete().where(person_identity.c.person_id == person_id))


def erasure_of(row: sa.Row[Any]) -> Erasure:
    """Return the erasure of a row."""
    return Erasure(
        erasure_id=row.erasure_id,
        person_id=row.person_id,
        credit_to_pool=row.credit_to_pool,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        state=ErasureState(row.state),
        code=row.code,
        answers=row.answers,
        last_service_on=row.last_service_on,
    )


def erasure_decided(connection: Connection, erasure_ids: Iterable[UUID]) -> dict[UUID, dict[str, object]]:
    """Return those of the erasures that are decided, with state and code."""
    query = sa.select(erasure).where(
        erasure.c.erasure_id.in_(list(erasure_ids)), erasure.c.state != ErasureState.PENDING
    )
    return {row.erasure_id: {"state": row.state, "code": row.code} for row in connection.execute(query)}


def last_erasure(connection: Connection, person_id: UUID) -> Erasure | None:
    """Return the erasure of a person that was asked for last."""
    query = sa.select(erasure).where(erasure.c.person_id == person_id).order_by(erasure.c.erasure_id.desc()).limit(1)
    row = connection.execute(query).first()
    return erasure_of(row) if row else None
