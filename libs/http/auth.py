"""Who calls: short-lived EdDSA tokens, checked with keys that came by event, without asking anybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, current_app, g, request
from werkzeug.exceptions import Unauthorized

from libs.clock import monotonic

AUDIENCE = "timebank"
LEEWAY_SECONDS = 5
KEYS_KEPT_SECONDS = 2.0
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class RoleAt:
    """A role held at a node of the tree."""

    role: str
    unit_id: UUID


@dataclass(frozen=True)
class Actor:
    """The person who calls, with the roles their token carries."""

    person_id: UUID
    roles: tuple[RoleAt, ...]
    session_id: str = ""


class KeySource(Protocol):
    """Gives the public keys that tokens may be signed with now."""

    def __call__(self) -> Mapping[str, bytes]:
        """Return {key id: 32 bytes of Ed25519 public key}."""
        ...


class Verifier:
    """Turns a bearer token into an Actor, or refuses it."""

    def __init__(self, keys: KeySource) -> None:
        self._source = keys
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._read_at = float("-inf")

    def actor(self, token: str) -> Actor:
        """Return who the token speaks for.

        Raises:
            Unauthorized: expired, tampered with, of another audience, or signed by a key that is not in use.
        """
        try:
            key = self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud"]},
            )
            roles = tuple(RoleAt(str(role["role"]), UUID(role["unit_id"])) for role in claims.get("roles", ()))
            return Actor(UUID(claims["sub"]), roles, str(claims.get("sid", "")))
        except (jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
            raise Unauthorized from error

    def _key(self, key_id: str) -> Ed25519PublicKey:
        if monotonic() - self._read_at > KEYS_KEPT_SECONDS:
            self._keys = {name: Ed25519PublicKey.from_public_bytes(raw) for name, raw in self._source().items()}
            self._read_at = monotonic()
        return self._keys[key_id]


def public(view: View) -> View:
    """Mark a view (or a MethodView class) that needs no token."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark read by require_token below
    return view


def current_actor() -> Actor:
    """Return who calls; only inside a request that carried a token."""
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        raise Unauthorized
    return actor


def require_tokens(app: Flask, verifier: Verifier) -> None:
    """Refuse every request without a valid token, but for views marked public."""

    def check() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None or request.method == "OPTIONS":
            return
        kind = getattr(view, "view_class", view)
        method = getattr(kind, request.method.lower(), None)
        open_to_all = getattr(kind, "is_public", False) or getattr(method, "is_public", False)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            g.actor = verifier.actor(token.strip())
        elif not open_to_all and request.path.startswith("/v1/"):
            raise Unauthorized

    app.before_request(check)
