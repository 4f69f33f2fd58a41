"""A device that everybody shares: whoever signed in on it is signed out when they are done, or gone."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

from flask import request

from libs.clock import machine_now
from services.web.clients.api import Api, ProblemError
from services.web.sessions.signed_in import SignedIn

COOKIE = "kiosk"
COOKIE_SECONDS = 400 * 86400
PATH = "/kiosk"
QUIET_SECONDS = 180
ASKED_SECONDS = 60
UNTIL = "kiosk_until"
_ENDS_AFTER = timedelta(seconds=QUIET_SECONDS + ASKED_SECONDS - 5)
"""A little before the browser looks, so that it finds the session ended."""


def is_here() -> bool:
    """Tell whether this device is shared."""
    return request.cookies.get(COOKIE) == "1"


def begin(signed_in: SignedIn) -> None:
    """Let a session that begins on a shared device end when nobody does anything."""
    if is_here():
        signed_in.keep(UNTIL, end_of_quiet())


def has_ended(signed_in: SignedIn, api: Api) -> bool:
    """Tell whether a session on a shared device was left; end it at the API too. Whatever is asked for keeps it alive.

    The kiosk's own pages do not: the browser opens them by itself.
    """
    until: Any = signed_in.content.get(UNTIL)
    if until is None:
        return False
    if datetime.fromisoformat(until) < machine_now():
        with contextlib.suppress(ProblemError):
            api.delete("/v1/sessions/current")
        return True
    if request.path not in (PATH, f"{PATH}/there"):
        signed_in.keep(UNTIL, end_of_quiet())
    return False


def end_of_quiet() -> str:
    """Return when a session ends if nothing is asked for from now on."""
    return (machine_now() + _ENDS_AFTER).isoformat()
