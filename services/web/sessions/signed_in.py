"""Who looks at the page: opens a session with tokens of the API, keeps them fresh, and ends it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from libs.clock import machine_now, monotonic
from services.web.clients.api import Api, ProblemError
from services.web.sessions.store import SessionStore

FRESH_FOR = timedelta(seconds=45)
"""Tokens are renewed so long before they end."""
RENEWAL_SECONDS_MAX = 5.0
LOOK_SECONDS = 0.05
TOO_MANY = 429


class SessionEndedError(Exception):
    """There is no session any more, or never was one."""


@dataclass
class SignedIn:
    """One session, as it is read at the beginning of a request and kept at its end when it changed."""

    reference: str
    content: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    @property
    def person_id(self) -> str:
        return str(self.content["person_id"])

    @property
    def token(self) -> str:
        return str(self.content["access_token"])

    @property
    def must_set_password(self) -> bool:
        """Tell whether somebody else set the password: one sets one's own before anything else."""
        return bool(self.content.get("password_change_required"))

    def take(self, name: str) -> Any:
        """Return what was kept for one time, and forget it."""
        if name not in self.content:
            return None
        self.changes.pop(name, None)
        self.forgotten.add(name)
        return self.content.pop(name)

    def keep(self, name: str, value: object) -> None:
        """Keep something for a later request."""
        self.content[name] = self.changes[name] = value
        self.forgotten.discard(name)


@dataclass(frozen=True)
class Sessions:
    """Opens, finds, renews and ends sessions."""

    store: SessionStore

    def open(self, answered: dict[str, Any]) -> SignedIn:
        """Begin a session with what the API answered to a sign-in."""
        content = _tokens(answered) | {"person_id": answered["person_id"]}
        content["password_change_required"] = answered.get("password_change_required", False)
        reference = self.store.open(str(answered["person_id"]), content)
        return SignedIn(reference, content)

    def find(self, reference: str, api: Api) -> SignedIn:
        """Return a session with tokens that are good for a while.

        Raises:
            SessionEndedError: it ended.
        """
        content = self.store.read(reference)
        if content is None:
            raise SessionEndedError
        if _is_fresh(content):
            return SignedIn(reference, content)
        return self._renewed(reference, api)

    def keep(self, session: SignedIn) -> None:
        """Keep what a request changed."""
        if session.changes or session.forgotten:
            self.store.write(session.reference, session.changes, session.forgotten)

    def end(self, session: SignedIn) -> None:
        """Forget a session here."""
        self.store.end(session.reference)

    def _renewed(self, reference: str, api: Api) -> SignedIn:
        """Renew the tokens, or wait for another request that does: a refresh token used twice ends the session."""
        end = monotonic() + RENEWAL_SECONDS_MAX
        while monotonic() < end:
            if self.store.claim(reference):
                return self._renew(reference, self.store.read(reference) or {}, api)
            time.sleep(LOOK_SECONDS)
            present = self.store.read(reference)
            if present is None:
                raise SessionEndedError
            if _is_fresh(present):
                return SignedIn(reference, present)
        raise SessionEndedError

    def _renew(self, reference: str, content: dict[str, Any], api: Api) -> SignedIn:
        """Renew the tokens of a session that is claimed, unless somebody did just before."""
        if not content:
            raise SessionEndedError
        try:
            if _is_fresh(content):
                return SignedIn(reference, content)
            renewed = _tokens(self._refreshed(reference, content, api))
            self.store.write(reference, renewed)
            return SignedIn(reference, content | renewed)
        finally:
            self.store.release(reference)

    def _refreshed(self, reference: str, content: dict[str, Any], api: Api) -> dict[str, Any]:
        body = {"refresh_token": content["refresh_token"]}
        try:
            answered: dict[str, Any] = api.answer("POST", "/v1/sessions/refresh", body=body).document()
        except ProblemError as error:
            if error.status == TOO_MANY:
                raise
            self.store.end(reference)
            raise SessionEndedError from error
        return answered


def _tokens(answered: dict[str, Any]) -> dict[str, Any]:
    return {name: answered[name] for name in ("access_token", "refresh_token", "expires_at")}


def _is_fresh(content: dict[str, Any]) -> bool:
    return datetime.fromisoformat(content["expires_at"]) - machine_now() > FRESH_FOR
