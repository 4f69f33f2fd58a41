"""How each verb of a device without a network becomes requests: its key, what it signs, and what it sends later."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.scenarios.calls import Calls, place_of, post
from tests.scenarios.story import Step
from tests.scenarios.verbs_at_venues import station_code
from tests.scenarios.world import A, World

SENDING = "send_acts"
"""The verb whose answer says of each act what became of it."""


@dataclass
class Device:
    """A telephone with a key of its own, the number of its last act, and the acts that it has signed."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    counter: int = 0
    signed: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def point(self) -> bytes:
        """Return the public key, uncompressed."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def public_key(self) -> dict[str, str]:
        """Return the public key as WebCrypto exports it."""
        return {"crv": "P-256", "kty": "EC", "x": _plain(self.point[1:33]), "y": _plain(self.point[33:])}

    @property
    def key_id(self) -> str:
        """Return the key's name: the SHA-256 of what it is (RFC 7638)."""
        return _plain(sha256(json.dumps(self.public_key, separators=(",", ":")).encode()).digest())

    def sign(self, name: str, said: dict[str, Any]) -> None:
        """Keep an act under its name, signed as WebCrypto signs; it is sent as it is, however often."""
        self.counter += 1
        content = said | {"counter": self.counter, "key": self.key_id}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        r, s = decode_dss_signature(self.key.sign(text.encode(), ECDSA(SHA256())))
        self.signed[name] = {"text": text, "signature": _plain(r.to_bytes(32, "big") + s.to_bytes(32, "big"))}


def own_device(world: World, step: Step, seed: str) -> Calls:
    device = world.devices.setdefault(step["own_device"], Device())
    return [post(world, step["by"], "/v1/me/devices", {"public_key": device.public_key}, seed)]


def sign_act(world: World, step: Step, seed: str) -> Calls:
    order, recipient = step["order"], world.recipients[step["order"]]
    said = {
        "act": step["act"],
        "at": world.story.instant(step["signed"]).isoformat(),
        "code": door_code(world, order, step["code"]) if "code" in step else None,
        "order": world.id_of(order),
        "place": place_of(world, step, step["place"], recipient) if "place" in step else None,
    }
    world.devices[step["device"]].sign(step["sign_act"], said)
    return []


def send_acts(world: World, step: Step, seed: str) -> Calls:
    signed = world.devices[step["device"]].signed
    return [post(world, step["by"], "/v1/door-acts", {"acts": [signed[name] for name in step[SENDING]]}, seed)]


def door_code(world: World, order: str, which: str) -> str:
    """Return the code that the recipient's side reads out at the door, or that is shown at a venue; or a wrong one."""
    if order in world.venues:
        return _right_or_wrong(station_code(world, world.venues[order]), which)
    acting = {"acting_for": world.id_of(world.recipients[order]), "consent": "desk"}
    code: str = world.client.get(A, f"/v1/orders/{world.id_of(order)}/door-code", **acting)["code"]
    return _right_or_wrong(code, which)


def _right_or_wrong(code: str, which: str) -> str:
    return code if which == "right" else code[:-1] + ("0" if code[-1] != "0" else "1")


def results_of(document: dict[str, Any]) -> list[str]:
    """Return what became of each act that was sent: done, waiting, or the code of its refusal."""
    return [row["code"] or row["result"] for row in document["items"]]


def _plain(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


_NAMED: tuple[Callable[[World, Step, str], Calls], ...] = (own_device, sign_act, send_acts)
VERBS_AT_THE_DOOR = {act.__name__: act for act in _NAMED}
