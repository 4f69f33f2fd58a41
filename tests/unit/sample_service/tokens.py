"""Signs tokens as accounts does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.clock import machine_now
from libs.http import Verifier

CLERK = UUID("33333333-3333-7333-8333-333333333333")
SESSION = UUID("44444444-4444-7444-8444-444444444444")


@dataclass
class Signer:
    """One signing key, and the verifier that knows it."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def verifier(self) -> Verifier:
        """Return a verifier that knows this key as `k1`."""
        public = self.key.public_key().public_bytes_raw()
        return Verifier(lambda: {"k1": public})

    def token(self, *, lifetime_seconds: int = 600, **claims: object) -> str:
        """Return a token of the clerk; `claims` replace its own."""
        expires = machine_now() + timedelta(seconds=lifetime_seconds)
        own = {"sub": str(CLERK), "aud": "timebank", "exp": expires, "sid": str(SESSION)}
        return jwt.encode(own | claims, self.key, algorithm="EdDSA", headers={"kid": "k1"})

    def headers(self, **wishes: object) -> dict[str, str]:
        """Return the header that carries a token."""
        return {"Authorization": f"Bearer {self.token(**wishes)}"}  # type: ignore[arg-type]  # wishes are token()'s own
