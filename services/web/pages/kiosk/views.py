"""The first page of a device that everybody shares, at a service point or in a hall."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import carried, flash, kiosk
from services.web.kit.areas import PUBLIC, SIGNED_IN, Area
from services.web.kit.navigation import start_of
from services.web.kit.viewer import viewer_or_none, web
from services.web.pages.entry.views import DESK_POWER

area = Area("kiosk", __name__, __file__)


@area.page("/kiosk", needs=PUBLIC)
def first() -> WerkzeugResponse | str:
    """Ask who comes; or whether this device is to be shared."""
    signed_in = viewer_or_none()
    if signed_in is not None and kiosk.is_here():
        return redirect(start_of(signed_in.roles), 303)
    return render_template("kiosk/first.html", is_kiosk=kiosk.is_here())


@area.act("/kiosk", needs=PUBLIC)
def share() -> WerkzeugResponse:
    """Make this device a shared one; whoever is signed in on it stays so until they are done."""
    signed_in = viewer_or_none()
    if signed_in is not None:
        signed_in.session.keep(kiosk.UNTIL, kiosk.end_of_quiet())
    answer = redirect("/kiosk", 303)
    answer.set_cookie(
        kiosk.COOKIE,
        "1",
        max_age=kiosk.COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=web().parts.secure_cookies,
    )
    return answer


@area.act("/kiosk/off", needs=DESK_POWER)
def take_back() -> WerkzeugResponse:
    """Make this device one person's again; who works at a desk may."""
    answer = redirect("/", 303)
    answer.delete_cookie(kiosk.COOKIE)
    flash.tell(message("This device is no longer shared."))
    return answer


@area.page("/kiosk/there", needs=SIGNED_IN)
def there() -> Response:
    """Ask whether somebody is still there, where no script can."""
    path = carried.local_path(request.args.get("next"), "/")
    return make_response(render_template("kiosk/there.html", path=path, seconds=kiosk.ASKED_SECONDS))


@area.act("/kiosk/awake", needs=SIGNED_IN)
def awake() -> tuple[str, int]:
    """Take note that somebody types: asking is enough."""
    return "", 204
