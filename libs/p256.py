"""Public keys of devices on the curve P-256: as a JWK says them, by which name, and what they have signed."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

COORDINATE_BYTES = 32
UNCOMPRESSED = b"\x04"
MEMBERS = ("crv", "kty", "x", "y")


def point_of_jwk(jwk: Mapping[str, str]) -> bytes:
    """Return the point of a public key (65 bytes, uncompressed).

    Raises:
        ValueError: another curve or kind, a member too many such as the private part, or no point of the curve.
    """
    if sorted(jwk) != list(MEMBERS) or (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise ValueError
    point = UNCOMPRESSED + _bytes_of(jwk["x"], COORDINATE_BYTES) + _bytes_of(jwk["y"], COORDINATE_BYTES)
    _key_of(point)
    return point


def thumbprint(point: bytes) -> str:
    """Return the name of a key: the SHA-256 of what it is (RFC 7638), in 43 characters."""
    x, y = point[1 : 1 + COORDINATE_BYTES], point[1 + COORDINATE_BYTES :]
    members = {"crv": "P-256", "kty": "EC", "x": _text_of(x), "y": _text_of(y)}
    return _text_of(sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def has_signed(point: bytes, signature: str, signed: bytes) -> bool:
    """Tell whether a key signed these bytes: ECDSA with SHA-256, its two numbers in base64url, as WebCrypto has it."""
    try:
        raw = _bytes_of(signature, 2 * COORDINATE_BYTES)
        two = (int.from_bytes(raw[:COORDINATE_BYTES], "big"), int.from_bytes(raw[COORDINATE_BYTES:], "big"))
        _key_of(point).verify(encode_dss_signature(*two), signed, ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True


def _key_of(point: bytes) -> EllipticCurvePublicKey:
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)


def _bytes_of(text: str, length: int) -> bytes:
    """Return what base64url says, which has one way to say it."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NotBase64Error, UnicodeEncodeError) as error:
        raise ValueError from error
    if len(raw) != length or _text_of(raw) != text:
        raise ValueError
    return raw


def _text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
