"""Load and save the keys of devices."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.accounts.sign_in.rules import DeviceKey
from services.accounts.sign_in.tables import device_key


class DeviceStore:
    """Keys of devices in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: DeviceKey) -> None:
        """Save a new key."""
        self._connection.execute(device_key.insert().values(**asdict(new)))

    def lock(self, key_id: str) -> DeviceKey | None:
        """Return a key for change, revoked or not; None when nobody has registered it."""
        query = sa.select(device_key).where(device_key.c.key_id == key_id).with_for_update()
        return next(iter(self._found(query)), None)

    def valid_of(self, person_id: UUID) -> list[DeviceKey]:
        """Return a person's keys that are not revoked, oldest first."""
        query = sa.select(device_key).where(device_key.c.person_id == person_id, device_key.c.revoked_at.is_(None))
        return self._found(query.order_by(device_key.c.registered_at, device_key.c.key_id))

    def show_in(self, key_id: str, session_id: UUID) -> None:
        """Remember in which session a key was shown last."""
        self._connection.execute(device_key.update().where(device_key.c.key_id == key_id).values(session_id=session_id))

    def revoke(
        self,
        person_id: UUID,
        *,
        at: datetime,
        key_id: str | None = None,
        session_ids: Iterable[UUID] | None = None,
    ) -> list[DeviceKey]:
        """Revoke a person's keys: one, those last shown in some sessions, or all; return which."""
        which = [device_key.c.person_id == person_id, device_key.c.revoked_at.is_(None)]
        which += [device_key.c.key_id == key_id] if key_id is not None else []
        which += [device_key.c.session_id.in_(list(session_ids))] if session_ids is not None else []
        revoked = device_key.update().where(*which).values(revoked_at=at, public_key=b"")
        return self._found(revoked.returning(device_key))

    def forget(self, person_id: UUID) -> list[DeviceKey]:
        """Delete all that is known of a person's devices; return which."""
        forgotten = device_key.delete().where(device_key.c.person_id == person_id)
        return self._found(forgotten.returning(device_key))

    def _found(self, statement: sa.Executable) -> list[DeviceKey]:
        rows = self._connection.execute(statement).mappings()
        return [DeviceKey(**{**row, "public_key": bytes(row["public_key"])}) for row in rows]
