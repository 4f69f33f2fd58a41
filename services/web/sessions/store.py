"""A store of sessions in one SQLite file, each sealed with a key that needs the browser's reference too.

It may be lost without harm: people sign in again. Whoever reads the file has no token, for half of each key is in a
cookie; whoever has a cookie has no token, for the rest is in the file and in the service's secret.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs.clock import machine_now

REFERENCE_BYTES = 32
NONCE_BYTES = 12
KEPT_SECONDS = 30 * 24 * 3600
CLAIM_SECONDS = 15
LOCK_SECONDS = 5.0
_TABLE = """
CREATE TABLE IF NOT EXISTS session (
    reference_hash BLOB PRIMARY KEY,
    person_hash BLOB NOT NULL,
    sealed BLOB NOT NULL,
    touched_at INTEGER NOT NULL,
    claimed_until INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS session_person ON session (person_hash)"


@dataclass(frozen=True)
class SessionStore:
    """Sessions by their reference."""

    path: Path
    secret: bytes

    def prepare(self) -> None:
        """Make the file, which only the owner may read."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_TABLE)
            connection.execute(_INDEX)

    def open(self, person_id: str, content: dict[str, Any]) -> str:
        """Keep a new session and return its reference; what is long past is forgotten on the way."""
        reference = secrets.token_urlsafe(REFERENCE_BYTES)
        now = self._now()
        with self._connected() as connection:
            connection.execute("DELETE FROM session WHERE touched_at < ?", (now - KEPT_SECONDS,))
            connection.execute(
                "INSERT INTO session (reference_hash, person_hash, sealed, touched_at) VALUES (?, ?, ?, ?)",
                (self._hash(reference), self._hash(person_id), self._seal(reference, content), now),
            )
        return reference

    def read(self, reference: str) -> dict[str, Any] | None:
        """Return what a session holds."""
        with self._connected() as connection:
            row = connection.execute(
                "SELECT sealed FROM session WHERE reference_hash = ? AND touched_at >= ?",
                (self._hash(reference), self._now() - KEPT_SECONDS),
            ).fetchone()
        return self._open(reference, row[0]) if row else None

    def write(self, reference: str, changes: dict[str, Any], forgotten: Collection[str] = ()) -> None:
        """Change some of what a session holds, whatever another request changed meanwhile; an ended one stays ended."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "SELECT sealed FROM session WHERE reference_hash = ?", (self._hash(reference),)
            ).fetchone()
            present = self._open(reference, row[0]) if row else None
            if present is not None:
                content = {name: value for name, value in present.items() if name not in forgotten} | changes
                connection.execute(
                    "UPDATE session SET sealed = ?, touched_at = ? WHERE reference_hash = ?",
                    (self._seal(reference, content), self._now(), self._hash(reference)),
                )
            connection.execute("COMMIT")

    def release(self, reference: str) -> None:
        """Say that this session's tokens are renewed, or were not."""
        with self._connected() as connection:
            connection.execute(
                "UPDATE session SET claimed_until = 0 WHERE reference_hash = ?", (self._hash(reference),)
            )

    def claim(self, reference: str) -> bool:
        """Tell whether the caller is the one who renews this session's tokens: a refresh token is good once."""
        now = self._now()
        with self._connected() as connection:
            claimed = connection.execute(
                "UPDATE session SET claimed_until = ? WHERE reference_hash = ? AND claimed_until <= ?",
                (now + CLAIM_SECONDS, self._hash(reference), now),
            )
            return claimed.rowcount == 1

    def end(self, reference: str) -> None:
        """Forget a session."""
        with self._connected() as connection:
            connection.execute("DELETE FROM session WHERE reference_hash = ?", (self._hash(reference),))

    def end_all(self, person_id: str) -> None:
        """Forget every session of a person."""
        with self._connected() as connection:
            connection.execute("DELETE FROM session WHERE person_hash = ?", (self._hash(person_id),))

    def _now(self) -> int:
        return int(machine_now().timestamp())

    def _hash(self, text: str) -> bytes:
        return hmac.digest(self.secret, b"stored under" + text.encode(), hashlib.sha256)

    def _key(self, reference: str) -> bytes:
        return hmac.digest(self.secret, b"sealed with" + reference.encode(), hashlib.sha256)

    def _seal(self, reference: str, content: dict[str, Any]) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._key(reference)).encrypt(nonce, json.dumps(content).encode(), None)

    def _open(self, reference: str, sealed: bytes) -> dict[str, Any] | None:
        try:
            content = AESGCM(self._key(reference)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except InvalidTag:
            return None
        opened: dict[str, Any] = json.loads(content)
        return opened

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=LOCK_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=OFF")
            yield connection
        finally:
            connection.close()
