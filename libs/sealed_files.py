"""Files that only the holder of a key can read, and in which any changed, missing or added byte is found.

A file is a line of JSON, then pieces of up to a mebibyte, compressed and sealed by AES-256-GCM with a key of this file
alone (HKDF of the holder's key and a random salt). The number of a piece and whether it is the last are its nonce; the
line, with the file's name in it, goes into each seal: no piece can be moved, no file cut off or put in another's place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from libs.secret_files import refuse_open_file

FORMAT = 1
PIECE_BYTES = 2**20
KEY_BYTES = 32
SALT_BYTES = 32
TAG_BYTES = 16
HEADER_BYTES_MAX = 4096
SCRYPT_COST = 2**16
LENGTH_BYTES = 4


class DamagedFileError(Exception):
    """A sealed file is not as it was written, or was sealed with another key; the message names it."""


class WrongKeyError(Exception):
    """The key is not the one that was used here before."""


def create_key_file(path: Path) -> None:
    """Make a file with a new key, which nobody else may read.

    Raises:
        FileExistsError: there is one; it is not replaced.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")


def key_of_file(path: Path) -> bytes:
    """Return the key in a file.

    Raises:
        OpenSecretError: others may read it.
        WrongKeyError: there is no key in it.
        OSError: there is no such file.
    """
    refuse_open_file(path)
    try:
        key = b64decode(path.read_text().strip(), validate=True)
    except ValueError as error:
        raise WrongKeyError(f"{path} holds no key") from error
    if len(key) != KEY_BYTES:
        raise WrongKeyError(f"{path} holds no key of {KEY_BYTES} bytes")
    return key


def key_of_passphrase(passphrase: str, salt: bytes) -> bytes:
    """Return the key that a passphrase stands for, by scrypt."""
    return Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_COST, r=8, p=1).derive(passphrase.encode())


def check_of(key: bytes) -> str:
    """Return what tells whether a key is the same as another, and nothing of the key."""
    return hmac.new(key, b"timebank sealed files", hashlib.sha256).hexdigest()


class SealedWriter:
    """Writes one file, which appears under its name when it is whole."""

    def __init__(self, path: Path, key: bytes, *, name: str) -> None:
        """`name` is what the reader must expect in the file."""
        salt = secrets.token_bytes(SALT_BYTES)
        header = {"sealed": FORMAT, "name": name, "salt": b64encode(salt).decode()}
        self._path, self._part = path, path.with_name(path.name + ".part")
        self._line = json.dumps(header).encode() + b"\n"
        self._cipher = _cipher(key, salt, self._line)
        self._zip, self._waiting, self._number = zlib.compressobj(1), bytearray(), 0
        self._file = open(self._part, "wb", opener=_private)  # noqa: SIM115 - closed by __exit__
        self._file.write(self._line)
        self.taken_bytes = 0

    def write(self, content: bytes) -> int:
        """Take some bytes."""
        self.taken_bytes += len(content)
        self._waiting += self._zip.compress(content)
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(content)

    def __enter__(self) -> SealedWriter:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Make the file durable and give it its name; where something failed, leave nothing."""
        with self._file as file:
            if kind is None:
                self._seal(bytes(self._waiting) + self._zip.flush(), last=True)
                file.flush()
                os.fsync(file.fileno())
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), piece, self._line)
        self._file.write(len(sealed).to_bytes(LENGTH_BYTES) + sealed)
        self._number += 1


def read_sealed(path: Path, key: bytes, *, name: str) -> Iterator[bytes]:
    """Yield what a file holds, each piece after it was found to be as it was written.

    Raises:
        DamagedFileError: it is not as it was written; what was yielded before that is right, and not all.
    """
    with open(path, "rb") as file:
        line = file.readline(HEADER_BYTES_MAX)
        try:
            header = json.loads(line)
            salt = b64decode(header["salt"])
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedFileError(f"{path} is damaged at its beginning") from error
        if header.get("sealed") != FORMAT or header.get("name") != name:
            raise DamagedFileError(f"{path} is not {name} of format {FORMAT}")
        cipher, unzip, number, last = _cipher(key, salt, line), zlib.decompressobj(), 0, False
        while not last:
            length = int.from_bytes(file.read(LENGTH_BYTES))
            sealed = file.read(min(length, PIECE_BYTES * 2))
            # The last piece is followed by nothing; whether it is the last is sealed too.
            last = file.peek(1) == b""
            try:
                if len(sealed) != length:
                    raise ValueError("cut off")
                yield unzip.decompress(cipher.decrypt(_nonce(number, last=last), sealed, line))
            except (InvalidTag, zlib.error, ValueError) as error:
                raise DamagedFileError(f"{path} is damaged in its piece {number + 1}") from error
            number += 1


def _cipher(key: bytes, salt: bytes, line: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, hashlib.sha256(line).digest()).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + (b"\x01" if last else b"\x00")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
