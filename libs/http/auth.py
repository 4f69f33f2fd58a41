"""Who calls: short-lived EdDSA tokens, checked with keys that came by event, without asking anybody.

A token says who, and nothing of what they may do. That the service's directory answers, once at the beginning of each
request and once more in the transaction of a command (libs/http/commands.py).
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, current_app, g, request
from werkzeug.exceptions import Unauthorized

from libs.clock import machine_now, monotonic
from libs.db import Database
from libs.errors import ForbiddenError, PersonSuspendedError, Refusal
from libs.http.actor import Actor, Bearer, Directory

AUDIENCE = "timebank"
PASSWORD_AUDIENCE = "timebank/password"
"""Of a session that was opened with a password set by somebody else: it allows setting one's own, and no more."""
ONE_FACTOR_AUDIENCE = "timebank/one-factor"
"""Of a session without a second factor, where staff must have one: to staff it allows enrolling, and no more."""
LEEWAY_SECONDS = 5
KEYS_KEPT_SECONDS = 2.0
TOKENS_KNOWN_MAX = 2_000
READING_METHODS = frozenset({"GET", "HEAD"})
View = TypeVar("View", bound=Callable[..., object])


class KeySource(Protocol):
    """Gives the public keys that tokens may be signed with now."""

    def __call__(self) -> Mapping[str, bytes]:
        """Return {key id: 32 bytes of Ed25519 public key}."""
        ...


@dataclass(frozen=True)
class _Known:
    """A token that was checked: who it speaks for, until when (seconds since 1970), by which key."""

    bearer: Bearer
    expires_at: float
    key_id: str
    raw_key: bytes


class Verifier:
    """Turns a token into its Bearer, or refuses it; a token is taken apart once and then known until it ends."""

    def __init__(self, keys: KeySource) -> None:
        self._source = keys
        self._keys: dict[str, bytes] = {}
        self._read_at = float("-inf")
        self._known: dict[str, _Known] = {}

    def bearer(self, token: str) -> Bearer:
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
        return known.bearer

    def knows(self, token: str) -> bool:
        """Tell whether the token was looked at before and held."""
        return token in self._known

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
                audience=[AUDIENCE, PASSWORD_AUDIENCE, ONE_FACTOR_AUDIENCE],
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud", "sid"]},
            )
            bearer = _bearer(claims)
            return _Known(bearer, float(claims["exp"]), key_id, raw_key)
        except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unauthorized from error

    def _raw_keys(self) -> Mapping[str, bytes]:
        if monotonic() - self._read_at > KEYS_KEPT_SECONDS:
            self._keys = dict(self._source())
            self._read_at = monotonic()
        return self._keys


def public(view: View) -> View:
    """Mark a view (or a MethodView class) that needs no token."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark read by _is_marked below
    return view


def open_to_suspended(view: View) -> View:
    """Mark a view that changes something and that a suspended person may use all the same."""
    view.is_open_to_suspended = True  # type: ignore[attr-defined]  # a mark read by _is_marked below
    return view


def open_before_own_password(view: View) -> View:
    """Mark a view that is open to whoever signed in with a password that somebody else set."""
    view.is_open_before_own_password = True  # type: ignore[attr-defined]  # a mark read by _is_marked below
    return view


def open_before_second_factor(view: View) -> View:
    """Mark a view that is open to staff whose session lacks the second factor that is asked of them."""
    view.is_open_before_second_factor = True  # type: ignore[attr-defined]  # a mark read by _is_marked below
    return view


class PasswordChangeRequiredError(ForbiddenError):
    """Set your own password first: the present one was set by somebody else."""


class SecondFactorRequiredError(ForbiddenError):
    """Your office needs a second factor: set one up, or sign in with it."""


def current_actor() -> Actor:
    """Return who calls; only inside a request that carried a token."""
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        raise Unauthorized
    return actor


def current_bearer() -> Bearer:
    """Return what the token of this request says; only inside a request that carried one."""
    bearer = g.get("bearer")
    if not isinstance(bearer, Bearer):
        raise Unauthorized
    return bearer


def refuse_before_own_password(bearer: Bearer) -> None:
    """Refuse everything but setting one's own password to who signed in with one that somebody else set.

    Raises:
        PasswordChangeRequiredError
    """
    if bearer.password_change_only and not (_is_marked("is_open_before_own_password") or _is_marked("is_public")):
        raise PasswordChangeRequiredError


def refuse_suspended(actor: Actor) -> None:
    """Refuse to a suspended person whatever changes something, but for the views marked `open_to_suspended`.

    Raises:
        PersonSuspendedError
    """
    if actor.is_suspended and request.method not in READING_METHODS and not _is_marked("is_open_to_suspended"):
        raise PersonSuspendedError


def refuse_without_second_factor(actor: Actor) -> None:
    """Refuse everything but enrolling to staff whose session lacks the second factor that is asked of them.

    Raises:
        SecondFactorRequiredError
    """
    if actor.lacks_second_factor and not _is_marked("is_open_before_second_factor"):
        raise SecondFactorRequiredError


def require_tokens(app: Flask, verifier: Verifier) -> None:
    """Refuse every request without a valid token, but for views marked public."""

    def check() -> None:
        if not _is_view():
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            g.bearer = verifier.bearer(token.strip())
            refuse_before_own_password(g.bearer)
        elif not _is_marked("is_public") and request.path.startswith("/v1/"):
            raise Unauthorized

    app.before_request(check)


def know_callers(app: Flask, database: Database, directory: Directory) -> None:
    """Look up, once per request, who calls now. What is open to all is told to whoever is nobody, too.

    Raises:
        Unauthorized: dead, sealed, erased, or of a session that has ended.
        PersonSuspendedError: a suspended person would change something.
        SecondFactorRequiredError: staff, in a session without the second factor that is asked of them.
        CallerNotYetKnownError: a person this service has not heard of.
    """

    def check() -> None:
        if "bearer" not in g or not _is_view():
            return
        is_open = _is_marked("is_public")
        if is_open and request.method not in READING_METHODS:
            return
        with suppress(Refusal, Unauthorized) if is_open else nullcontext(), database.reading() as connection:
            g.actor = directory(connection, g.bearer)()
        if not is_open:
            refuse_suspended(g.actor)
            refuse_without_second_factor(g.actor)

    app.before_request(check)


def _bearer(claims: Mapping[str, str]) -> Bearer:
    """Return who a token speaks for; of an audience without a name here it allows the least."""
    audience = claims["aud"]
    return Bearer(
        UUID(claims["sub"]),
        UUID(claims["sid"]),
        password_change_only=audience not in (AUDIENCE, ONE_FACTOR_AUDIENCE),
        one_factor=audience == ONE_FACTOR_AUDIENCE,
    )


def _is_view() -> bool:
    return (request.endpoint or "") in current_app.view_functions and request.method != "OPTIONS"


def _is_marked(mark: str) -> bool:
    """Tell whether the view of this request carries a mark, on its class or on its method."""
    view = current_app.view_functions[request.endpoint or ""]
    kind = getattr(view, "view_class", view)
    method = getattr(kind, request.method.lower(), None)
    return bool(getattr(kind, mark, False) or getattr(method, mark, False))
