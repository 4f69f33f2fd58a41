"""Load and save erasures, and who may see whose name and address."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.accounts.domain.erasure import Erasure, ErasureState
from services.accounts.store.tables import credential, disclosure, erasure, person_identity, person_index, person_key


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

    def is_pending(self, person_id: UUID) -> bool:
        """Tell whether an erasure of the person waits for answers."""
        query = sa.exists().where(erasure.c.person_id == person_id, erasure.c.state == ErasureState.PENDING)
        return bool(self._connection.scalar(sa.select(query)))

    def forget_ways_in(self, person_id: UUID) -> None:
        """Let nobody sign in as this person or find them any more."""
        self._connection.execute(credential.delete().where(credential.c.person_id == person_id))
        self._connection.execute(person_index.delete().where(person_index.c.person_id == person_id))

    def destroy(self, person_id: UUID) -> None:
        """Destroy the person's key and fields, for ever."""
        self._connection.execute(person_key.delete().where(person_key.c.person_id == person_id))
        self._connection.execute(person_identity.delete().where(person_identity.c.person_id == person_id))


class DisclosureStore:
    """Who may see whose name and address, for as long as an order lasts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, *, order_id: UUID, volunteer_id: UUID, recipient_id: UUID, until: datetime) -> None:
        """Let the two sides of an order see each other until an instant."""
        row = {"order_id": order_id, "volunteer_id": volunteer_id, "recipient_id": recipient_id, "until": until}
        self._connection.execute(insert(disclosure).values(row).on_conflict_do_nothing())

    def end(self, order_id: UUID) -> None:
        """End what was disclosed for an order."""
        self._connection.execute(disclosure.delete().where(disclosure.c.order_id == order_id))

    def is_open(self, *, viewer_id: UUID, person_id: UUID, now: datetime) -> bool:
        """Tell whether two people are the two sides of an order that lasts."""
        pair = sa.or_(
            sa.and_(disclosure.c.volunteer_id == viewer_id, disclosure.c.recipient_id == person_id),
            sa.and_(disclosure.c.recipient_id == viewer_id, disclosure.c.volunteer_id == person_id),
        )
        return bool(self._connection.scalar(sa.select(sa.exists().where(pair, disclosure.c.until > now))))


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
