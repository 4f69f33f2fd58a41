"""Signing in by a telephone that is signed in already: a QR on this screen, a yes on the telephone."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import redirect, render_template, request, session
from markupsafe import Markup
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit import flash
from services.web.kit.areas import PUBLIC, SIGNED_IN, Area
from services.web.kit.commands import command_of_form
from services.web.kit.viewer import anonymous_api, api, viewer_or_none
from services.web.pages.entry.views import begin_session
from services.web.printing.codes import qr_svg

area = Area("by_device", __name__, __file__)
ASKED = "asked"
OVER = "sign_in_request_over"
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
BROWSERS = ("MicroMessenger", "Edg", "Firefox", "Chrome", "Safari")


@area.act("/sign-in/device", needs=PUBLIC)
def ask_device() -> WerkzeugResponse:
    """Ask to be signed in by another device; the secret stays in this browser."""
    session[ASKED] = anonymous_api().answer("POST", "/v1/sessions/requests", body={"about": _about()}).document()
    return redirect("/sign-in/device", 303)


@area.page("/sign-in/device", needs=PUBLIC)
def wait_for_device() -> WerkzeugResponse | str:
    """Show the QR, and look again every few seconds whether it was approved."""
    asked: dict[str, Any] | None = session.get(ASKED)
    if asked is None:
        return redirect("/sign-in", 303)
    try:
        body = {"secret": asked["secret"]}
        result = anonymous_api().answer("POST", "/v1/sessions/requests/result", body=body).document()
    except ProblemError as error:
        if error.code != OVER:
            raise
        session.pop(ASKED)
        flash.tell(message("This request to sign in is over. You can ask again."))
        return redirect("/sign-in", 303)
    if result["state"] == "signed_in":
        return begin_session(result)
    link = f"{request.host_url}sign-in/approve/{quote(asked['approval'], safe='')}"
    return render_template("entry/wait_for_device.html", asked=asked, link=link, code=Markup(qr_svg(link)))


@area.page("/sign-in/approve/<approval>", needs=SIGNED_IN)
def look_at_device(approval: str) -> str:
    """Show which browser asks, before saying yes."""
    asked = api().get(f"/v1/sessions/requests/{quote(approval, safe='')}")
    return render_template("entry/approve_device.html", asked=asked, approval=approval)


@area.act("/sign-in/approve/<approval>", needs=SIGNED_IN)
def decide_device(approval: str) -> WerkzeugResponse:
    """Say yes or no."""
    ok = request.form.get("ok") == "yes"
    path = f"/v1/sessions/requests/{quote(approval, safe='')}/decision"
    api().post(path, {"ok": ok}, command=command_of_form())
    flash.tell(message("The other screen is signed in now.") if ok else message("Refused. The other screen stays out."))
    return redirect("/me" if viewer_or_none() is not None else "/", 303)


def _about() -> str:
    """Return what the browser says of itself, in two words."""
    said = request.headers.get("User-Agent", "")
    browser = next((name for name in BROWSERS if name in said), "?")
    system = next((name for name in SYSTEMS if name in said), "?")
    return f"{browser}, {system}"
