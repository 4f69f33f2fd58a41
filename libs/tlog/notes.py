"""C2SP signed notes with Ed25519: checkpoints of a log, and the timestamped co-signatures of its witnesses.

A note is a text, an empty line, and one line per signature. Who trusts a note holds the keys beforehand
("vkeys", name+id+key); a signature by a key one does not hold says nothing.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.secret_files import OpenSecretError, refuse_open_file

ED25519 = 1
COSIGNATURE = 4
SIGNATURES_MAX = 64
NOTE_CHARACTERS_MAX = 64 * 1024
TREE_SIZE_MAX = (1 << 63) - 1
_DASH = "\u2014"
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """A note, a key or a signature is malformed or does not hold; the text says which."""


@dataclasses.dataclass(frozen=True)
class VerifierKey:
    """A public key with its name and kind of signature."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """Return the vkey."""
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey.

        Raises:
            NoteError: malformed, of an unknown kind, or its id is not that of the key.
        """
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = decode(encoded)
        if not _NAME.fullmatch(name) or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
            raise NoteError("not a vkey of an Ed25519 key")
        key = cls(name=name, kind=raw[0], public=raw[1:])
        if key.key_id.hex() != key_id:
            raise NoteError(f"the id of the vkey {name} is not that of its key")
        return key

    def verify(self, text: str, signature: bytes) -> None:
        """Refuse unless the signature (with a co-signature's time in front) is this key's under the text.

        Raises:
            NoteError: it is not.
        """
        signed, raw = text, signature
        if self.kind == COSIGNATURE:
            signed, raw = _cosigned_text(text, int.from_bytes(signature[:8], "big")), signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw, signed.encode())
        except (InvalidSignature, ValueError) as error:
            raise NoteError(f"the signature of {self.name} does not hold") from error


@dataclasses.dataclass(frozen=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    raw: bytes

    def __str__(self) -> str:
        """Return the line, without its newline."""
        return f"{_DASH} {self.name} {encode(self.key_id + self.raw)}"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read a signature line.

        Raises:
            NoteError: malformed.
        """
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        raw = decode(encoded)
        if dash != _DASH or not _NAME.fullmatch(name) or len(raw) < 5:
            raise NoteError("not a signature line")
        return cls(name=name, key_id=raw[:4], raw=raw[4:])


@dataclasses.dataclass(frozen=True)
class Note:
    """A text and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """Return the note as it is stored and sent."""
        return self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)

    @classmethod
    def parse(cls, note: str) -> Note:
        """Read a note.

        Raises:
            NoteError: malformed or too long.
        """
        text, gap, tail = note.rpartition("\n\n")
        if len(note) > NOTE_CHARACTERS_MAX or not gap or not text or not tail.endswith("\n"):
            raise NoteError("not a signed note")
        if any(character < " " and character != "\n" for character in note):
            raise NoteError("a note has no control characters")
        lines = tail[:-1].split("\n")
        if len(lines) > SIGNATURES_MAX:
            raise NoteError("too many signatures")
        return cls(text=text + "\n", signatures=tuple(Signature.parse(line) for line in lines))

    def signers(self, keys: Iterable[VerifierKey]) -> frozenset[VerifierKey]:
        """Return which of the keys signed the note; signatures of other keys are ignored.

        Raises:
            NoteError: a signature that names one of the keys does not hold.
        """
        known = {(key.name, key.key_id): key for key in keys}
        found = set()
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is not None:
                key.verify(self.text, signature.raw)
                found.add(key)
        return frozenset(found)


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """The head of a log: how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint without extension lines.

        Raises:
            NoteError: malformed.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _DECIMAL.fullmatch(lines[1]):
            raise NoteError("not a checkpoint")
        root, size = decode(lines[2]), int(lines[1])
        if len(root) != 32 or size > TREE_SIZE_MAX:
            raise NoteError("not a checkpoint")
        return cls(origin=lines[0], size=size, root=root)


class Signer:
    """Signs checkpoints as a log, or co-signs them as a witness."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    def key(self, name: str, *, kind: int) -> VerifierKey:
        """Return the public key under a name."""
        return VerifierKey(name=name, kind=kind, public=self._private.public_key().public_bytes_raw())

    def sign(self, name: str, text: str) -> Signature:
        """Sign a note's text."""
        return Signature(name, self.key(name, kind=ED25519).key_id, self._private.sign(text.encode()))

    def cosign(self, name: str, text: str, *, at_seconds: int) -> Signature:
        """Co-sign a checkpoint's text: seen, and found consistent, at this POSIX time."""
        raw = self._private.sign(_cosigned_text(text, at_seconds).encode())
        key_id = self.key(name, kind=COSIGNATURE).key_id
        return Signature(name, key_id, at_seconds.to_bytes(8, "big") + raw)


def load_signer(path: Path) -> Signer:
    """Read the 32-byte seed in a file that nobody else may read.

    Raises:
        NoteError: others may read it, or it is no seed.
    """
    try:
        refuse_open_file(path)
    except OpenSecretError as error:
        raise NoteError(str(error)) from error
    seed = path.read_bytes()
    if len(seed) != 32:
        raise NoteError(f"{path.name} is not a seed of 32 bytes")
    return Signer(Ed25519PrivateKey.from_private_bytes(seed))


def create_signer(path: Path) -> Signer:
    """Read the seed, or make one where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, Ed25519PrivateKey.generate().private_bytes_raw(), mode=0o600, durable=True)
    return load_signer(path)


def create_new_signer(path: Path) -> Signer:
    """Make a seed in a file that is not there yet.

    Raises:
        FileExistsError: there is one; it is not replaced.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already; a key is never replaced")
    return create_signer(path)


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644, durable: bool = False) -> None:
    """Put the whole file in place, or leave what was there; `durable` returns only when the disk has it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(part, path)
    if durable:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def encode(raw: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(raw).decode()


def decode(text: str) -> bytes:
    """Read standard base64, in its one canonical form.

    Raises:
        NoteError: not base64.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if encode(raw) != text:
        raise NoteError("not canonical base64")
    return raw


def _cosigned_text(text: str, at_seconds: int) -> str:
    return f"cosignature/v1\ntime {at_seconds}\n{text}"
