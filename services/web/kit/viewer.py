"""Who looks at this page, what roles they hold, and the API as they may use it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, g, request, session

from libs.clock import machine_now
from services.web.clients.api import Api
from services.web.kit import kiosk
from services.web.kit.i18n import by_language, html_language
from services.web.parts import WebParts
from services.web.sessions.signed_in import SessionEndedError, Sessions, SignedIn

EXTENSION = "web"
REFERENCE = "reference"
OWNER = "owner"
DESK = "desk"
"""At whose desk somebody works just now: the unit of a role that is lent to them."""
ME_KEPT = timedelta(seconds=20)


@dataclass(frozen=True)
class Web:
    """What the application holds."""

    parts: WebParts
    sessions: Sessions
    public: dict[tuple[str, str], tuple[float, Any]] = field(default_factory=dict)
    """What is public and seldom changes, with when it was asked for."""


@dataclass(frozen=True)
class Viewer:
    """A person who is signed in."""

    session: SignedIn
    me: dict[str, Any]

    @property
    def person_id(self) -> str:
        return self.session.person_id

    @property
    def name(self) -> str:
        return by_language(self.me.get("names"), str(self.me.get("sign_in_name") or ""))

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles that are held, wherever."""
        return frozenset(held["role"] for held in self.me.get("roles", []) if held.get("state") == "held")

    @property
    def unit_id(self) -> str:
        return str(self.me["home_unit_id"])

    @property
    def district_id(self) -> str:
        return str(self.me["district_id"])

    def name_of_unit(self, unit_id: str) -> str:
        """Return what the unit is called where a role is held, or home is."""
        named_units = {held["unit_id"]: held.get("unit_name") for held in self.me.get("roles", [])}
        return str(named_units.get(unit_id) or self.me.get("home_unit_name") or "")

    @property
    def lent(self) -> list[dict[str, Any]]:
        """Return the roles that are somebody else's, who is away."""
        return [held for held in self.me.get("roles", []) if held.get("state") == "held" and held.get("lent_by_id")]

    def unit_of(self, *roles: str) -> str:
        """Return the unit where the first of these roles is held, else home; the chosen desk before the others."""
        held = [role for role in self.me.get("roles", []) if role.get("state") == "held" and role["role"] in roles]
        units = [str(role["unit_id"]) for role in sorted(held, key=lambda role: bool(role.get("lent_by_id")))]
        chosen = session.get(DESK)
        return chosen if chosen in units else next(iter(units), self.unit_id)


def web() -> Web:
    """Return what the running application holds."""
    pages: Web = current_app.extensions[EXTENSION]
    return pages


def now() -> datetime:
    """Return the programme's time."""
    return web().parts.clock.now()


def anonymous_api() -> Api:
    """Return the API as anybody may use it."""
    return Api(web().parts.api, language=html_language(), address=request.remote_addr or "")


def api() -> Api:
    """Return the API as the viewer may use it; as anybody may, when nobody signed in."""
    signed_in = viewer_or_none()
    token = signed_in.session.token if signed_in else ""
    return Api(web().parts.api, language=html_language(), address=request.remote_addr or "", token=token)


def viewer() -> Viewer:
    """Return who looks at the page.

    Raises:
        SessionEndedError: nobody is signed in.
    """
    signed_in = viewer_or_none()
    if signed_in is None:
        raise SessionEndedError
    return signed_in


def choose_desk(unit_id: str) -> None:
    """Work at the desk of a unit from now on, or at one's own where no role is held there."""
    if any(str(held["unit_id"]) == unit_id for held in viewer().lent):
        session[DESK] = unit_id
    else:
        session.pop(DESK, None)


def chosen_desk() -> str | None:
    """Return the unit of the lent role at whose desk somebody works just now; None at their own."""
    signed_in = viewer_or_none()
    lent, chosen = signed_in.lent if signed_in else [], session.get(DESK)
    return chosen if any(str(held["unit_id"]) == chosen for held in lent) else None


def viewer_or_none() -> Viewer | None:
    """Return who looks at the page, if somebody is signed in."""
    if "viewer" not in g:
        g.viewer = None
        reference = session.get(REFERENCE)
        g.owner = session.get(OWNER)
        if reference:
            g.viewer = _find(str(reference))
    signed_in: Viewer | None = g.viewer
    return signed_in


def remember(signed_in: SignedIn) -> None:
    """Let the browser hold the reference of a new session, and nothing of what it held before."""
    session.clear()
    session.permanent = not kiosk.is_here()
    kiosk.begin(signed_in)
    session[REFERENCE] = signed_in.reference
    session[OWNER] = signed_in.person_id
    g.viewer = Viewer(signed_in, {})


def forget() -> None:
    """End the session here and in the browser."""
    signed_in = g.get("viewer")
    if signed_in is not None:
        web().sessions.end(signed_in.session)
    session.clear()
    g.viewer = None


def _find(reference: str) -> Viewer | None:
    try:
        signed_in = web().sessions.find(reference, anonymous_api())
        if kiosk.has_ended(signed_in, replace(anonymous_api(), token=signed_in.token)):
            web().sessions.end(signed_in)
            raise SessionEndedError
        return Viewer(signed_in, _me(signed_in))
    except SessionEndedError:
        session.clear()
        return None


def _me(signed_in: SignedIn) -> dict[str, Any]:
    """Return what the API knows of the viewer, asked anew after a little while."""
    kept = signed_in.content.get("me")
    language = html_language()
    if kept and _is_fresh(kept, language):
        me: dict[str, Any] = kept["me"]
        return me
    asking = Api(web().parts.api, language=language, token=signed_in.token, address=request.remote_addr or "")
    me = asking.get("/v1/me")
    signed_in.keep("me", {"at": machine_now().isoformat(), "language": language, "me": me})
    return me


def _is_fresh(kept: dict[str, Any], language: str) -> bool:
    """Tell whether what was kept was told lately, and in this language."""
    return datetime.fromisoformat(kept["at"]) + ME_KEPT > machine_now() and kept.get("language") == language
