"""Change the blind index over to another key, a bounded number of persons at a time, and end the former one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.accounts.core.rules.identity import (
    IdKind,
    LookUp,
    canonical_id_number,
    canonical_name,
    canonical_phone,
)
from services.accounts.core.rules.sign_in_names import skeleton
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.index_keys import IndexKeys
from services.accounts.core.store.tables import person_index, person_key, retired_index_key
from services.accounts.core.store.vault import MasterKeyError, Vault

_Texts = dict[LookUp, set[str]]


@dataclass(frozen=True)
class Entry:
    """One row of the index under a former key."""

    kind: LookUp
    digest: bytes
    key_id: str
    opens_from: datetime | None
    opens_until: datetime | None


class IndexStore:
    """The index of one transaction."""

    def __init__(self, connection: Connection, keys: IndexKeys) -> None:
        self._connection = connection
        self._keys = keys

    def behind(self, *, after: UUID | None, limit: int) -> list[UUID]:
        """Return persons, in the order of their ids, who are not found by the newest key by all that others find."""
        query = sa.select(person_index.c.person_id).distinct().where(self._is_behind())
        if after is not None:
            query = query.where(person_index.c.person_id > after)
        return list(self._connection.scalars(query.order_by(person_index.c.person_id).limit(limit)))

    def left(self, *, at: datetime) -> int:
        """Count the persons who are not changed over; what opens nothing any more is not counted."""
        lives = sa.or_(person_index.c.opens_until.is_(None), person_index.c.opens_until > at)
        query = sa.select(sa.func.count(person_index.c.person_id.distinct())).where(self._is_behind(), lives)
        return int(self._connection.scalar(query) or 0)

    def change_over(self, person_id: UUID, texts: _Texts) -> None:
        """Write under the newest key what a person, who is locked, is found by under the former ones."""
        for entry in self._entries(person_id):
            for text in texts.get(entry.kind, ()):
                digests = self._keys.of_text(entry.kind, text)
                if digests.get(entry.key_id) == entry.digest:
                    self._add(person_id, entry, digests[self._keys.newest])

    def retire(self, key_id: str, *, at: datetime) -> int:
        """Forget what stands under a former key, which is refused from now on; return how many entries that were."""
        self._connection.execute(insert(retired_index_key).values(key_id=key_id, retired_at=at))
        return self._connection.execute(person_index.delete().where(person_index.c.key_id == key_id)).rowcount

    def has_key(self, key_id: str) -> bool:
        """Tell whether anybody is found by a key."""
        return bool(self._connection.scalar(sa.select(sa.exists().where(person_index.c.key_id == key_id))))

    def _is_behind(self) -> sa.ColumnElement[bool]:
        newest = self._keys.newest
        return sa.and_(person_index.c.key_id != newest, ~_is_found_by([newest]))

    def _entries(self, person_id: UUID) -> list[Entry]:
        columns = [person_index.c[name] for name in ("kind", "digest", "key_id", "opens_from", "opens_until")]
        mine = (person_index.c.person_id == person_id, person_index.c.key_id != self._keys.newest)
        rows = self._connection.execute(sa.select(*columns).where(*mine))
        return [Entry(LookUp(row[0]), bytes(row[1]), *row[2:]) for row in rows]

    def _add(self, person_id: UUID, entry: Entry, digest: bytes) -> None:
        row = {
            "kind": str(entry.kind),
            "digest": digest,
            "person_id": person_id,
            "key_id": self._keys.newest,
            "opens_from": entry.opens_from,
            "opens_until": entry.opens_until,
        }
        self._connection.execute(insert(person_index).values(row).on_conflict_do_nothing())


def refuse_unfitting(connection: Connection, vault: Vault) -> None:
    """Refuse keys that do not fit the database: one that is retired, or none by which somebody is found or opened.

    Raises:
        MasterKeyError: the text says which key it is.
    """
    ids = list(vault.index.keys)
    retired = sa.select(retired_index_key.c.key_id).where(retired_index_key.c.key_id.in_(ids))
    if key_id := connection.scalar(retired.limit(1)):
        raise MasterKeyError(f"the index key {key_id} is retired: take it out of the file")
    lost = sa.select(person_index.c.key_id).where(person_index.c.key_id.not_in(ids), ~_is_found_by(ids))
    if key_id := connection.scalar(lost.limit(1)):
        raise MasterKeyError(f"somebody is found by the index key {key_id}, which is not in the file")
    wrapped = sa.select(person_key.c.master_key_id).where(person_key.c.master_key_id.not_in(vault.master_key_ids))
    if key_id := connection.scalar(wrapped.limit(1)):
        raise MasterKeyError(f"keys of persons are wrapped by the master key {key_id}, which is not in the file")


def texts_of(identity: Identity) -> _Texts:
    """Return all by which a person may be found."""
    numbers = {canonical_phone(number) for number in (identity.phone_number, identity.old_phone_number) if number}
    texts: _Texts = {LookUp.PHONE: numbers, LookUp.PHONE_OPENS: numbers}
    if name := identity.names.get("zh"):
        texts[LookUp.NAME] = {canonical_name(name)}
    if identity.sign_in_name:
        name = canonical_name(identity.sign_in_name)
        texts |= {LookUp.SIGN_IN_NAME: {name}, LookUp.SIGN_IN_LOOKS: {skeleton(name)}}
    if number := identity.id_number:
        texts[LookUp.ID_NUMBER] = {canonical_id_number(IdKind(number["kind"]), number["number"])}
    return texts


def _is_found_by(key_ids: list[str]) -> sa.ColumnElement[bool]:
    """Tell of a row of the index whether its person is found by these keys too, by what is of its kind."""
    other = person_index.alias()
    alike = sa.and_(other.c.person_id == person_index.c.person_id, other.c.kind == person_index.c.kind)
    window = other.c.opens_from.is_not_distinct_from(person_index.c.opens_from)
    return sa.exists().where(alike, window, other.c.key_id.in_(key_ids))
