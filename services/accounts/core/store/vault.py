"""Personal fields at rest: sealed with a key per person, found again through keyed digests.

Each person's fields are sealed (AES-256-GCM) with that person's own key; the own key is wrapped by the master key,
which lives in a file of mode 0600 beside no database. Who destroys the wrapped key has erased the person from every
backup that does not hold it. The blind index is an HMAC under keys of its own (`index_keys`).
"""

import contextlib
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs.secret_files import refuse_open_file
from services.accounts.core.store.index_keys import (
    IndexKeyError,
    IndexKeys,
    derived_keys,
    digest_of,
    read_index_keys,
)

NONCE_BYTES = 12
KEY_BYTES = 32
FILE_MODE = 0o600


class MasterKeyError(RuntimeError):
    """The file of master keys is missing, readable by others, or malformed; the service does not start."""


def create_master_key_file(path: Path) -> None:
    """Make the file with one new master key; of two processes that try, one does, and both find it whole."""
    written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(written, _line(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES)))
    with contextlib.suppress(FileExistsError):
        os.link(written, path)
    written.unlink()


def add_master_key(path: Path, *, out: Path | None = None) -> str:
    """Put a new master key first in the file, or in another one with all the others behind it, and return its id.

    It wraps once the processes have read the file anew; then `rewrap-keys` wraps the keys that older ones wrapped.
    """
    key_id = secrets.token_hex(4)
    written = out or path.with_name(f"{path.name}.{key_id}")
    _write(written, _line(key_id, secrets.token_bytes(KEY_BYTES)) + path.read_text())
    if out is None:
        written.replace(path)
    return key_id


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _line(key_id: str, key: bytes) -> str:
    return f"{key_id}:{b64encode(key).decode()}\n"


class Vault:
    """Seals and opens with the master keys; the first one of the file wraps, all of them unwrap."""

    def __init__(self, keys: Mapping[str, bytes], index: IndexKeys | None = None) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise MasterKeyError("a master key has 32 bytes")
        self._keys = dict(keys)
        self.key_id = next(iter(self._keys))
        self.index = index or derived_keys(self._keys[list(self._keys)[-1]])

    @property
    def master_key_ids(self) -> list[str]:
        """Return the ids of all master keys, the newest first."""
        return list(self._keys)

    @classmethod
    def read(cls, path: Path, index_path: Path | None = None) -> "Vault":
        """Read the master keys, and those of the index where they have a file.

        Raises:
            MasterKeyError: no such file, or its mode lets others read it.
        """
        try:
            refuse_open_file(path)
            lines = [line.split(":", 1) for line in path.read_text().split()]
            keys = {key_id: b64decode(text) for key_id, text in lines}
            return cls(keys, read_index_keys(index_path) if index_path is not None and index_path.exists() else None)
        except IndexKeyError as error:
            raise MasterKeyError(str(error)) from error
        except (OSError, ValueError) as error:
            raise MasterKeyError(f"no master key can be read from {path}: {error}") from error

    def digest(self, kind: str, text: str) -> bytes:
        """Return what stands for a text that is known again and never looked up by another key: a command, a code."""
        return digest_of(self.index.digests, kind, text)

    def opaque_id(self, kind: str, text: str) -> UUID:
        """Return the id that stands for a text and does not betray it."""
        return UUID(bytes=self.digest(kind, text)[:16], version=5)

    def new_wrapped_key(self, person_id: UUID) -> bytes:
        """Return a new key for a person, wrapped by the newest master key."""
        return _seal(self._keys[self.key_id], secrets.token_bytes(KEY_BYTES), person_id.bytes)

    def rewrapped_key(self, wrapped: bytes, *, person_id: UUID, master_key_id: str) -> bytes:
        """Return a person's key wrapped by the newest master key instead of an older one."""
        return _seal(
            self._keys[self.key_id], _open(self._keys[master_key_id], wrapped, person_id.bytes), person_id.bytes
        )

    def seal_fields(
        self, fields: Mapping[str, object], *, person_id: UUID, wrapped: bytes, master_key_id: str
    ) -> bytes:
        """Seal a person's fields with the person's own key."""
        key = _open(self._keys[master_key_id], wrapped, person_id.bytes)
        return _seal(key, json.dumps(fields, ensure_ascii=False).encode(), person_id.bytes)

    def open_fields(self, sealed: bytes, *, person_id: UUID, wrapped: bytes, master_key_id: str) -> dict[str, object]:
        """Open what `seal_fields` sealed."""
        key = _open(self._keys[master_key_id], wrapped, person_id.bytes)
        fields: dict[str, object] = json.loads(_open(key, sealed, person_id.bytes))
        return fields

    def seal_secret(self, secret: bytes, *, name: str) -> bytes:
        """Seal a secret of the service itself under the newest master key."""
        return self.key_id.encode().ljust(NONCE_BYTES, b"\0") + _seal(self._keys[self.key_id], secret, name.encode())

    def open_secret(self, sealed: bytes, *, name: str) -> bytes:
        """Open what `seal_secret` sealed."""
        key_id = sealed[:NONCE_BYTES].rstrip(b"\0").decode()
        return _open(self._keys[key_id], sealed[NONCE_BYTES:], name.encode())


def _seal(key: bytes, content: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
