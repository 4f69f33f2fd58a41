"""Seal, open and find the fields that say who somebody is; and the passwords they sign in with."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.db.rows import add_row, add_rows
from libs.errors import IdReusedError
from services.accounts.core.rules.identity import Language, LookUp
from services.accounts.core.store.tables import credential, person_identity, person_index, person_key
from services.accounts.core.store.vault import Vault


@dataclass(frozen=True)
class Identity:
    """Who a person is: the fields that are sealed with their own key.

    `old_phone_number` opens the account while a new number does not yet.
    """

    names: dict[str, str]
    phone_number: str | None = None
    old_phone_number: str | None = None
    sign_in_name: str | None = None
    id_number: dict[str, str] | None = None
    address: str | None = None
    contacts: tuple[dict[str, str], ...] = field(default=())
    language: Language | None = None
    remarks: str | None = None
    """What must be known at the door: shown to the volunteer of an order in hand, and beside them to staff alone."""


class IdentityStore:
    """Identities of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def add(self, person_id: UUID, identity: Identity) -> None:
        """Seal a new person's fields with a key of their own."""
        self.add_key(person_id)
        sealed = self.seal(person_id, asdict(identity))
        add_row(self._connection, person_identity, {"person_id": person_id, "sealed": sealed})

    def add_key(self, person_id: UUID) -> None:
        """Make a key for a new person, or for an application, which is sealed before anybody is a person.

        Raises:
            IdReusedError: something is sealed under this id already.
        """
        row: dict[str, object] = {"person_id": person_id, "master_key_id": self._vault.key_id}
        row["wrapped"] = self._vault.new_wrapped_key(person_id)
        made = insert(person_key).values(row).on_conflict_do_nothing().returning(person_key.c.person_id)
        if self._connection.scalar(made) is None:
            raise IdReusedError(person_id=person_id)

    def save(self, person_id: UUID, identity: Identity) -> None:
        """Seal a person's changed fields."""
        key = self._connection.execute(sa.select(person_key).where(person_key.c.person_id == person_id)).one()
        sealed = self._vault.seal_fields(
            asdict(identity), person_id=person_id, wrapped=key.wrapped, master_key_id=key.master_key_id
        )
        self._connection.execute(
            person_identity.update().where(person_identity.c.person_id == person_id).values(sealed=sealed)
        )

    def seal(self, person_id: UUID, fields: dict[str, object]) -> bytes:
        """Seal something else about a person with their own key."""
        key = self._connection.execute(sa.select(person_key).where(person_key.c.person_id == person_id)).one()
        return self._vault.seal_fields(
            fields, person_id=person_id, wrapped=key.wrapped, master_key_id=key.master_key_id
        )

    def unseal(self, person_id: UUID, sealed: bytes) -> dict[str, object]:
        """Open what `seal` sealed."""
        key = self._connection.execute(sa.select(person_key).where(person_key.c.person_id == person_id)).one()
        return self._vault.open_fields(
            sealed, person_id=person_id, wrapped=key.wrapped, master_key_id=key.master_key_id
        )

    def rewrap(self, *, limit: int) -> int:
        """Wrap keys that an older master key wrapped by the newest, up to a bound; return how many."""
        older = sa.select(person_key).where(person_key.c.master_key_id != self._vault.key_id)
        rows = self._connection.execute(older.limit(limit).with_for_update(skip_locked=True)).all()
        for row in rows:
            wrapped = self._vault.rewrapped_key(row.wrapped, person_id=row.person_id, master_key_id=row.master_key_id)
            self._connection.execute(
                person_key.update()
                .where(person_key.c.person_id == row.person_id)
                .values(wrapped=wrapped, master_key_id=self._vault.key_id)
            )
        return len(rows)

    def identity(self, person_id: UUID) -> Identity | None:
        """Return who the person is; None once their key is destroyed."""
        return self.identities([person_id]).get(person_id)

    def identities(self, person_ids: list[UUID]) -> dict[UUID, Identity]:
        """Return who several persons are."""
        rows = self._connection.execute(
            sa.select(
                person_identity.c.person_id, person_identity.c.sealed, person_key.c.wrapped, person_key.c.master_key_id
            )
            .join(person_key, person_key.c.person_id == person_identity.c.person_id)
            .where(person_identity.c.person_id.in_(person_ids))
        )
        return {
            row.person_id: _identity_of(
                self._vault.open_fields(
                    row.sealed, person_id=row.person_id, wrapped=row.wrapped, master_key_id=row.master_key_id
                )
            )
            for row in rows
        }

    def index(self, person_id: UUID, entries: dict[LookUp, str]) -> None:
        """Make a new person findable by these texts."""
        rows = [
            {"kind": str(kind), "digest": digest, "person_id": person_id, "key_id": key_id}
            for kind, text in entries.items()
            for key_id, digest in self._vault.index.of_text(kind, text).items()
        ]
        add_rows(self._connection, person_index, rows)

    def reindex(self, person_id: UUID, kind: LookUp, text: str | None) -> None:
        """Make a person findable by another text of this kind, or by none."""
        self._connection.execute(
            person_index.delete().where(person_index.c.person_id == person_id, person_index.c.kind == kind)
        )
        if text is not None:
            self.index(person_id, {kind: text})

    def lock_text(self, kind: LookUp, text: str) -> None:
        """Let one transaction at a time decide who may be found by this text."""
        number = int.from_bytes(self._vault.digest(kind, text)[:8], "big", signed=True)
        self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def found_by(self, kind: LookUp, text: str) -> list[UUID]:
        """Return the persons who are found by this text."""
        digests = list(self._vault.index.of_text(kind, text).values())
        query = sa.select(person_index.c.person_id).distinct()
        query = query.where(person_index.c.kind == kind, person_index.c.digest.in_(digests))
        return list(self._connection.scalars(query))

    def set_password_hash(self, person_id: UUID, password_hash: str, at: datetime, *, by_other: bool) -> None:
        """Keep a password's hash instead of an earlier one; one that somebody else set is good for one sign-in."""
        row = {
            "person_id": person_id,
            "password_hash": password_hash,
            "changed_at": at,
            "set_by_other": by_other,
            "used_at": None,
        }
        kept = insert(credential).values(row)
        changes = {name: kept.excluded[name] for name in row if name != "person_id"}
        self._connection.execute(kept.on_conflict_do_update(index_elements=["person_id"], set_=changes))

    def password_hashes(self, person_ids: list[UUID]) -> dict[UUID, str]:
        """Return the hashes of those of the persons who have a password."""
        query = sa.select(credential.c.person_id, credential.c.password_hash).where(
            credential.c.person_id.in_(person_ids)
        )
        return {row.person_id: row.password_hash for row in self._connection.execute(query)}

    def opening_hashes(self, person_ids: list[UUID]) -> dict[UUID, str]:
        """Return the hashes of the passwords that still open something: one set by somebody else opens once."""
        query = sa.select(credential.c.person_id, credential.c.password_hash).where(
            credential.c.person_id.in_(person_ids), credential.c.used_at.is_(None)
        )
        return {row.person_id: row.password_hash for row in self._connection.execute(query)}

    def is_password_own(self, person_id: UUID) -> bool:
        """Tell whether a person set their password themselves."""
        query = sa.select(credential.c.set_by_other).where(credential.c.person_id == person_id)
        return self._connection.scalar(query) is False

    def use_up_password(self, person_id: UUID, *, at: datetime) -> bool:
        """Let a password that somebody else set open nothing more; False when it was used up before."""
        used = self._connection.execute(
            credential.update()
            .where(credential.c.person_id == person_id, credential.c.used_at.is_(None))
            .values(used_at=at)
        )
        return used.rowcount == 1


def _identity_of(fields: dict[str, Any]) -> Identity:
    language = Language(fields["language"]) if fields.get("language") else None
    return Identity(**{**fields, "contacts": tuple(fields.get("contacts", ())), "language": language})
