"""Save and load requests of a browser to be signed in by another device."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.accounts.sign_in.tables import sign_in_request

FORGOTTEN_AT_ONCE_MAX = 100


@dataclass(frozen=True)
class SignInRequest:
    """What a browser asked, what it says of itself, and who decided; secret and approval only as digests."""

    approval_digest: bytes
    secret_digest: bytes
    about: str
    address: str
    number: str
    asked_at: datetime
    expires_at: datetime
    person_id: UUID | None = None
    decision: str | None = None


class RequestStore:
    """Requests of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: SignInRequest) -> None:
        """Save a request."""
        self._connection.execute(sign_in_request.insert().values(**asdict(new)))

    def by_approval(self, digest: bytes, *, now: datetime, lock: bool = False) -> SignInRequest | None:
        """Return the request that may still be decided by what its QR says; `lock` for change."""
        return self._one(sign_in_request.c.approval_digest == digest, now, lock=lock)

    def lock_by_secret(self, digest: bytes, *, now: datetime) -> SignInRequest | None:
        """Return the request of a browser, for change."""
        return self._one(sign_in_request.c.secret_digest == digest, now, lock=True)

    def decide(self, digest: bytes, *, person_id: UUID, decision: str) -> None:
        """Remember who decided, and how."""
        self._connection.execute(
            sign_in_request.update()
            .where(sign_in_request.c.approval_digest == digest)
            .values(person_id=person_id, decision=decision)
        )

    def forget(self, digest: bytes) -> None:
        """Delete a request that was answered."""
        self._connection.execute(sign_in_request.delete().where(sign_in_request.c.approval_digest == digest))

    def forget_old(self, now: datetime) -> None:
        """Delete what expired, a bounded number, and nothing that somebody else is at."""
        old = sa.select(sign_in_request.c.approval_digest).where(sign_in_request.c.expires_at <= now)
        old = old.limit(FORGOTTEN_AT_ONCE_MAX).with_for_update(skip_locked=True)
        self._connection.execute(sign_in_request.delete().where(sign_in_request.c.approval_digest.in_(old)))

    def forget_of(self, person_id: UUID) -> None:
        """Delete the requests that a person decided."""
        self._connection.execute(sign_in_request.delete().where(sign_in_request.c.person_id == person_id))

    def _one(self, which: sa.ColumnElement[bool], now: datetime, *, lock: bool) -> SignInRequest | None:
        query = sa.select(sign_in_request).where(which, sign_in_request.c.expires_at > now)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().first()
        if row is None:
            return None
        digests = {name: bytes(row[name]) for name in ("approval_digest", "secret_digest")}
        return SignInRequest(**{**row, **digests})
