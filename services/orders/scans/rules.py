"""What a scan may be, found by its content and never by its name, and the key under which scans are kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.orders.scans.refusals import ScanTooLargeError, ScanUnreadableError

SCAN_BYTES_MAX = 240 * 1024
"""A page in grey at 150 dots an inch; with the form around it, it fits into a request."""
PHOTOS_MAX = 6
"""Of one order."""
UNUSED_MAX = 50
"""That one person has uploaded and not entered anything from."""
UNUSED_KEPT = timedelta(days=1)
LOOK_AGAIN = timedelta(days=7)
KEY_BYTES_MIN = 16
_KEY_BYTES, _NONCE_BYTES = 32, 12
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_JPEG, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_PDF, _PDF_END, _PDF_TAIL = b"%PDF-", b"%%EOF", 1024
_SPEAKS_OF_PLACE = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
"""Segments of a JPEG in which a camera says where and by what it was taken: APP1 to APP15 but APP14; and comments."""
_SCAN_FOLLOWS = 0xDA


class ScanKeyError(RuntimeError):
    """The service was given no key for its scans, or one that is too short; it does not start."""


class ScanKind(StrEnum):
    """What is on it."""

    SLIP = "slip"
    PHOTO = "photo"


class MediaType(StrEnum):
    """What a scan may be."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    PDF = "application/pdf"


@dataclass(frozen=True)
class Scan:
    """What is known of a scan, also when the picture is gone."""

    scan_id: UUID
    kind: ScanKind
    media_type: MediaType
    size_bytes: int
    sha256: str
    uploaded_by: UUID
    uploaded_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class ScanKey:
    """Seals and opens pictures, each under a key of its own."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) < KEY_BYTES_MIN:
            raise ScanKeyError(f"ORDERS_SCAN_KEY needs at least {KEY_BYTES_MIN} bytes")

    def seal(self, scan_id: UUID, content: bytes) -> bytes:
        """Return a picture as it is kept."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(scan_id).encrypt(nonce, content, scan_id.bytes)

    def open(self, scan_id: UUID, sealed: bytes) -> bytes:
        """Return a picture as it was uploaded."""
        return self._cipher(scan_id).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], scan_id.bytes)

    def _cipher(self, scan_id: UUID) -> AESGCM:
        return AESGCM(HKDF(SHA256(), _KEY_BYTES, scan_id.bytes, b"timebank scan").derive(self.raw))


def cleaned(content: bytes) -> tuple[MediaType, bytes]:
    """Return what a file is, and it without what a camera wrote of place and device.

    Raises:
        ScanTooLargeError, ScanUnreadableError: as their names say.
    """
    if len(content) > SCAN_BYTES_MAX:
        raise ScanTooLargeError(max_bytes=SCAN_BYTES_MAX)
    if content.startswith(_PNG) and content.endswith(_PNG_END):
        return MediaType.PNG, content
    if content.startswith(_JPEG) and content.rstrip(b"\0").endswith(_JPEG_END):
        return MediaType.JPEG, b"".join(_parts_of_jpeg(content))
    if content.startswith(_PDF) and _PDF_END in content[-_PDF_TAIL:]:
        return MediaType.PDF, content
    raise ScanUnreadableError


def _parts_of_jpeg(content: bytes) -> Iterator[bytes]:
    """Yield the segments of a JPEG that make the picture, then the picture."""
    yield _JPEG
    at = len(_JPEG)
    while content[at : at + 1] == b"\xff":
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker == _SCAN_FOLLOWS:
            yield content[at:]
            return
        after = at + 2 + max(length, 2)
        if marker not in _SPEAKS_OF_PLACE:
            yield content[at:after]
        at = after
    raise ScanUnreadableError


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of a picture, which is kept when the picture is not."""
    return sha256(content).hexdigest()
