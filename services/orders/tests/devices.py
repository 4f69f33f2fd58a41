"""A device of a volunteer's, as a test holds it: it signs what is done at the door, and accounts told of its key."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from libs.clock import to_microseconds
from libs.contracts.events import accounts
from libs.p256 import thumbprint
from services.orders.serving.rules.acts import canonical
from services.orders.tests.harness import OrdersHarness, at, named


@dataclass
class Device:
    """A key and its running number."""

    world: OrdersHarness
    owner: str
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    counter: int = 0

    @property
    def point(self) -> bytes:
        """Return the public key, uncompressed."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def key_id(self) -> str:
        """Return the key's name."""
        return thumbprint(self.point)

    def tell(self, *, registered: str = "D1 08:00", revoked: str = "") -> Device:
        """Let accounts tell orders of the key."""
        state = accounts.DeviceKeyState(
            key_id=self.key_id,
            version=2 if revoked else 1,
            person_id=str(named(self.owner)),
            public_key=b"" if revoked else self.point,
            registered_at_us=to_microseconds(at(registered)),
            revoked_at_us=to_microseconds(at(revoked)) if revoked else 0,
        )
        self.world.hear(state, subject=state.key_id)
        return self

    def said(self, act: str, order: str, when: str | datetime, **others: Any) -> dict[str, Any]:
        """Return what is said of an act, under the next number unless one is given."""
        self.counter += 1
        instant = at(when) if isinstance(when, str) else when
        content = {"act": act, "at": instant.isoformat(), "code": None, "counter": self.counter, "key": self.key_id}
        return content | {"order": str(named(order)), "place": None} | others

    def sign(self, text: str) -> dict[str, str]:
        """Return a text with its signature, as WebCrypto makes it."""
        r, s = decode_dss_signature(self.key.sign(text.encode(), ECDSA(SHA256())))
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return {"text": text, "signature": urlsafe_b64encode(raw).rstrip(b"=").decode()}

    def signed(self, act: str, order: str, when: str | datetime, **others: Any) -> dict[str, str]:
        """Return an act as the device sends it."""
        return self.sign(canonical(self.said(act, order, when, **others)))

    def send(self, *acts: dict[str, str], by: str = "") -> list[tuple[str, str]]:
        """Send a bundle as the owner; return result and code of each."""
        response = self.world.call("POST", by or self.owner, "/v1/door-acts", {"acts": list(acts)})
        assert response.status_code == 200, response.get_json()
        return [(answer["result"], answer["code"]) for answer in response.get_json()["items"]]
