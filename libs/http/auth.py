"""Who calls: short-lived EdDSA tokens, checked with keys that came by event, without asking anybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, current_app, g, request
from werkzeug.exceptions import Unauthorized

from libs.clock import machine_now, monotonic

AUDIENCE = "timebank"
LEEWAY_SECONDS = 5
KEYS_KEPT_SECONDS = 2.0
TOKENS_KNOWN_MAX = 2_000
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


@dataclass(frozen=True)
class _Known:
    """A token that was checked: who it speaks for, until when (seconds since 1970), by which key."""

    actor: Actor
    expires_at: float
    key_id: str
    raw_key: bytes


class Verifier:
    """Turns a bearer token into an Actor, or refuses it; a token is taken apart once and then known until it ends."""

    def __init__(self, keys: KeySource) -> None:
        self._source = keys
        self._keys: dict[str, bytes] = {}
        self._read_at = float("-inf")
        self._known: dict[str, _Known] = {}

    def actor(self, token: str) -> Actor:
        """Return who the token speaks for.

        Raises:
            Unauthorized: expired, tampered with, of another audience, or signed by a key that is not in use.
        """
        known = self._known.get(token)
        if known is None or not self._still_holds(known):
            known = self._checked(token)
            if len(self._known) >= TOKENS_KNOWN_MAX:
                self._known.clear()
            self._known[token] = known
        return known.actor

    def _still_holds(self, known: _Known) -> bool:
        is_current = machine_now().timestamp() < known.expires_at + LEEWAY_SECONDS
        return is_current and self._raw_keys().get(known.key_id) == known.raw_key

    def _checked(self, token: str) -> _Known:
        try:
            key_id = str(jwt.get_unverified_header(token).get("kid", ""))
            raw_key = self._raw_keys()[key_id]
            claims = jwt.decode(
                token,
                Ed25519PublicKey.from_public_bytes(raw_key),
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud"]},
            )
            roles = tuple(RoleAt(str(role["role"]), UUID(role["unit_id"])) for role in claims.get("roles", ()))
            actor = Actor(UUID(claims["sub"]), roles, str(claims.get("sid", "")))
            return _Known(actor, float(claims["exp"]), key_id, raw_key)
        except (jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
            raise Unauthorized from error

    def _raw_keys(self) -> Mapping[str, bytes]:
        if monotonic() - self._read_at > KEYS_KEPT_SECONDS:
            self._keys = dict(self._source())
            self._read_at = monotonic()
        return self._keys


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
