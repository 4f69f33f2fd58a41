"""Load and save sessions, refresh tokens, codes to sign in with and the keys that tokens are signed with."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.accounts.core.store.tables import signing_key
from services.accounts.core.store.vault import Vault
from services.accounts.sign_in.tables import refresh_token, session, sign_in_code

KEY_SET_LOCK = 7_300_281


@dataclass(frozen=True)
class Session:
    """Somebody signed in on one device."""

    session_id: UUID
    person_id: UUID
    began_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    password_change_only: bool = False
    second_factor: bool = False


@dataclass(frozen=True)
class SigningKey:
    """A key that tokens are, will be or were signed with.

    `retired_at` is when its last token has expired; withdrawn, the others have been told to trust it no more.
    """

    key_id: str
    public_key: bytes
    active_from: datetime
    retired_at: datetime | None = None
    is_withdrawn: bool = False


def is_anything_sealed(connection: Connection) -> bool:
    """Tell whether anything needs the master key: then a new one would be of no use."""
    return bool(connection.scalar(sa.select(sa.exists().select_from(signing_key))))


class SessionStore:
    """Sessions of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_session(self, new: Session) -> None:
        """Save a new session."""
        self._connection.execute(session.insert().values(**asdict(new)))

    def lock_session(self, session_id: UUID) -> Session | None:
        """Return a session for change, or None."""
        row = self._connection.execute(
            sa.select(session).where(session.c.session_id == session_id).with_for_update()
        ).first()
        if row is None:
            return None
        return Session(**{name: value for name, value in row._mapping.items() if name != "ended_because"})

    def end_sessions(
        self, person_id: UUID, *, session_id: UUID | None = None, because: str, at: datetime
    ) -> list[UUID]:
        """End one session of a person, or all, and return those that had not ended before."""
        which = [session.c.person_id == person_id, session.c.ended_at.is_(None)]
        if session_id is not None:
            which.append(session.c.session_id == session_id)
        ended = session.update().where(*which).values(ended_at=at, ended_because=because)
        return sorted(self._connection.scalars(ended.returning(session.c.session_id)))

    def add_refresh_token(self, digest: bytes, session_id: UUID) -> None:
        """Save what stands for a refresh token."""
        self._connection.execute(refresh_token.insert().values(digest=digest, session_id=session_id))

    def session_of_token(self, digest: bytes) -> UUID | None:
        """Return the session a refresh token belongs to, used or not."""
        query = sa.select(refresh_token.c.session_id).where(refresh_token.c.digest == digest)
        found: UUID | None = self._connection.scalar(query)
        return found

    def use_refresh_token(self, digest: bytes, *, at: datetime) -> bool:
        """Use a token up; False when it was used before."""
        used = self._connection.execute(
            refresh_token.update()
            .where(refresh_token.c.digest == digest, refresh_token.c.used_at.is_(None))
            .values(used_at=at)
        )
        return used.rowcount == 1

    def forget_expired_sessions(self, person_id: UUID, *, now: datetime) -> None:
        """Delete a person's sessions that nobody can continue any more, with their refresh tokens."""
        self._connection.execute(session.delete().where(session.c.person_id == person_id, session.c.expires_at <= now))

    # Codes.

    def code_sent_at(self, person_id: UUID) -> datetime | None:
        """Return when the person's last code was sent."""
        query = sa.select(sign_in_code.c.sent_at).where(sign_in_code.c.person_id == person_id).with_for_update()
        found: datetime | None = self._connection.scalar(query)
        return found

    def keep_code(self, person_id: UUID, digest: bytes, *, sent_at: datetime, expires_at: datetime) -> None:
        """Keep what a new code is checked by, instead of an earlier one."""
        self.forget_code(person_id)
        self._connection.execute(
            sign_in_code.insert().values(
                person_id=person_id, digest=digest, sent_at=sent_at, expires_at=expires_at, tries=0
            )
        )

    def try_code(self, person_id: UUID, *, now: datetime, tries_max: int) -> bytes | None:
        """Count a try and return what the code is checked by; None when there is none, or no try is left."""
        tried = (
            sign_in_code.update()
            .where(
                sign_in_code.c.person_id == person_id,
                sign_in_code.c.expires_at > now,
                sign_in_code.c.tries < tries_max,
            )
            .values(tries=sign_in_code.c.tries + 1)
            .returning(sign_in_code.c.digest)
        )
        found: bytes | None = self._connection.scalar(tried)
        return bytes(found) if found is not None else None

    def forget_code(self, person_id: UUID) -> None:
        """Let a code work no more."""
        self._connection.execute(sign_in_code.delete().where(sign_in_code.c.person_id == person_id))

    # Signing keys.

    def lock_key_set(self) -> None:
        """Let one transaction at a time change the signing keys."""
        self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(KEY_SET_LOCK)))

    def add_signing_key(self, new: SigningKey, sealed: bytes) -> None:
        """Save a new key with its private half, sealed."""
        self._connection.execute(signing_key.insert().values(**asdict(new), sealed_private_key=sealed))

    def retire_signing_key(self, key_id: str, *, at: datetime) -> None:
        """Say from when on no token signed with this key is valid."""
        self._connection.execute(signing_key.update().where(signing_key.c.key_id == key_id).values(retired_at=at))

    def signing_keys(self) -> list[SigningKey]:
        """Return all keys, oldest first."""
        rows = self._connection.execute(
            sa.select(signing_key).order_by(signing_key.c.active_from, signing_key.c.key_id)
        )
        return [
            SigningKey(row.key_id, bytes(row.public_key), row.active_from, row.retired_at, row.is_withdrawn)
            for row in rows
        ]

    def withdraw_signing_key(self, key_id: str) -> None:
        """Remember that the others were told to trust a key no more."""
        self._connection.execute(signing_key.update().where(signing_key.c.key_id == key_id).values(is_withdrawn=True))

    def seal_private_keys_anew(self, vault: Vault) -> None:
        """Seal the private halves of all keys by the newest master key."""
        self.lock_key_set()
        for key in self.signing_keys():
            private = vault.open_secret(self.sealed_private_key(key.key_id), name=key.key_id)
            sealed = vault.seal_secret(private, name=key.key_id)
            this = signing_key.c.key_id == key.key_id
            self._connection.execute(signing_key.update().where(this).values(sealed_private_key=sealed))

    def sealed_private_key(self, key_id: str) -> bytes:
        """Return the private half of a key, sealed."""
        sealed = self._connection.scalar(
            sa.select(signing_key.c.sealed_private_key).where(signing_key.c.key_id == key_id)
        )
        assert sealed is not None
        return bytes(sealed)
