"""The keys of the blind index: a file of its own, the newest first, so that one can take another's place.

    <id>:<32 bytes in base64>     by the first one persons are found; by all of them, while they are changed over
    digests:<32 bytes in base64>  by which households, commands and codes are known again, and which is never changed
Without a file both are derived from the oldest master key, under the id `derived`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from libs.secret_files import refuse_open_file

KEY_BYTES = 32
FILE_MODE = 0o600
DERIVED, DIGESTS = "derived", "digests"


class IndexKeyError(RuntimeError):
    """The file of index keys cannot be used; the text says why."""


@dataclass(frozen=True)
class IndexKeys:
    """The keys by their ids, the newest first, and the one that is never changed."""

    keys: Mapping[str, bytes]
    digests: bytes

    @property
    def newest(self) -> str:
        """Return the id of the key that the others are changed over to."""
        return next(iter(self.keys))

    def of_text(self, kind: str, text: str) -> dict[str, bytes]:
        """Return what stands for a text in the index, by the id of each key."""
        return {key_id: digest_of(key, kind, text) for key_id, key in self.keys.items()}


def digest_of(key: bytes, kind: str, text: str) -> bytes:
    """Return what stands for a text under a key; it tells equality and nothing else."""
    return hmac.digest(key, f"{kind}\0{text}".encode(), hashlib.sha256)


def derived_keys(oldest_master_key: bytes) -> IndexKeys:
    """Return the keys of a platform that has no file of them."""
    key = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"blind-index").derive(oldest_master_key)
    return IndexKeys({DERIVED: key}, key)


def read_index_keys(path: Path) -> IndexKeys:
    """Read a file of keys.

    Raises:
        IndexKeyError: it is not there, others may read it, or it is malformed.
    """
    try:
        refuse_open_file(path)
        lines = dict(line.split(":", 1) for line in path.read_text("utf-8").split())
        keys = {key_id: b64decode(text, validate=True) for key_id, text in lines.items()}
        digests = keys.pop(DIGESTS)
    except (OSError, ValueError, KeyError) as error:
        raise IndexKeyError(f"no index keys can be read from {path}: {error}") from error
    if not keys or any(len(key) != KEY_BYTES for key in (*keys.values(), digests)):
        raise IndexKeyError(f"{path} must hold keys of {KEY_BYTES} bytes, and the line `{DIGESTS}`")
    return IndexKeys(keys, digests)


def create_index_key_file(path: Path) -> None:
    """Make the file of a new platform; of two processes that try, one does, and both find it whole."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_index_keys(part, IndexKeys({_new_id(): _new_key()}, _new_key()))
    with contextlib.suppress(FileExistsError):
        os.link(part, path)
    part.unlink()


def with_another(keys: IndexKeys) -> IndexKeys:
    """Return the keys with a new one before them."""
    return IndexKeys({_new_id(): _new_key(), **keys.keys}, keys.digests)


def with_newest_alone(keys: IndexKeys) -> IndexKeys:
    """Return the keys without those that the newest took the place of."""
    return IndexKeys({keys.newest: keys.keys[keys.newest]}, keys.digests)


def write_index_keys(path: Path, keys: IndexKeys) -> None:
    """Write a file that nobody else may read.

    Raises:
        FileExistsError: there is one; it is not replaced.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [*keys.keys.items(), (DIGESTS, keys.digests)]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{key_id}:{b64encode(key).decode()}\n" for key_id, key in lines))
        file.flush()
        os.fsync(file.fileno())


def _new_id() -> str:
    return secrets.token_hex(4)


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
