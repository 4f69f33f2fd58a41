"""Tokens: short-lived EdDSA JWTs for calls, opaque secrets for refreshing, one-way digests of the latter to keep."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.http.auth import AUDIENCE

LIFETIME = timedelta(minutes=10)
REFRESH_SECRET_BYTES = 32


def sign_token(
    *,
    person_id: UUID,
    session_id: UUID,
    key_id: str,
    private_key: bytes,
    now: datetime,
    audience: str = AUDIENCE,
) -> tuple[str, datetime]:
    """Return a token that speaks for a person, and when it expires; what they may do is looked up when they do it."""
    expires_at = now + LIFETIME
    claims = {
        "sub": str(person_id),
        "aud": audience,
        "iat": now,
        "exp": expires_at,
        "sid": str(session_id),
    }
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": key_id}), expires_at


def new_refresh_token() -> str:
    """Return a secret that continues a session once."""
    return secrets.token_urlsafe(REFRESH_SECRET_BYTES)


def token_digest(token: str) -> bytes:
    """Return what is kept of a refresh token; it has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


def new_key_pair() -> tuple[str, bytes, bytes]:
    """Return (key id, private key, public key) of a new signing key."""
    private = Ed25519PrivateKey.generate()
    return secrets.token_hex(8), private.private_bytes_raw(), private.public_key().public_bytes_raw()


def as_jwk(key_id: str, public_key: bytes) -> dict[str, str]:
    """Return a public key as a member of a JWK set (RFC 8037)."""
    x = urlsafe_b64encode(public_key).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id, "x": x}
