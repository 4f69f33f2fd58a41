"""Somebody's telephone, whose key signs what they say they did at a door."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from libs.p256 import thumbprint
from services.orders.serving.rules.acts import canonical


@dataclass
class Telephone:
    """A key and its running number."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    counter: int = 0

    @property
    def key_id(self) -> str:
        """Return the key's name."""
        return thumbprint(self._point)

    def public_key(self) -> dict[str, str]:
        """Return the public key as WebCrypto exports it."""
        return {"kty": "EC", "crv": "P-256", "x": _base64url(self._point[1:33]), "y": _base64url(self._point[33:])}

    def signed(self, order: str, at: str) -> list[dict[str, str]]:
        """Return a check-in and a check-out of an order (by its path) at an instant."""
        return [self._signed(order.rpartition("/")[2], at, act) for act in ("check_in", "check_out")]

    @property
    def _point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def _signed(self, order_id: str, at: str, act: str) -> dict[str, str]:
        self.counter += 1
        said = {"act": act, "at": at, "code": None, "counter": self.counter, "key": self.key_id, "place": None}
        text = canonical(said | {"order": order_id})
        r, s = decode_dss_signature(self.key.sign(text.encode(), ECDSA(SHA256())))
        return {"text": text, "signature": _base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))}


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
