"""The second factor: the second step of signing in, and setting it up, renewing its paper codes, removing it."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit import carried, flash
from services.web.kit.areas import PUBLIC, SIGNED_IN, Area
from services.web.kit.lookups import names
from services.web.kit.viewer import anonymous_api, api, forget, remember, viewer, web
from services.web.pages.entry.views import REFUSED, WANTED, begin_session, refused_sign_in, second_step_page
from services.web.printing.codes import qr_svg

area = Area("second_factor", __name__, __file__)
OWN = "/v1/me/second-factor"
PAGE = "/me/second-factor"
ENROLMENT, PAPER = "enrolment", "recovery_codes"
MEANS = ("password", "code", "totp_code", "recovery_code")
OVER = "sign_in_ticket_over"
ENROLMENT_OVER = "enrolment_over"


@area.act("/sign-in/second-step", needs=PUBLIC)
def finish_sign_in() -> WerkzeugResponse | str:
    """Open the session by a code of the second factor, or by a code from paper; what was typed before stays."""
    path = carried.local_path(request.form.get("next"), "")
    sealed, ticket = request.form.get("sealed", ""), request.form.get("ticket", "")
    body = _shown("totp_code", "recovery_code")
    try:
        answered = anonymous_api().answer("POST", "/v1/sessions/second-factor", body={"ticket": ticket, **body})
    except ProblemError as error:
        if error.status not in REFUSED:
            raise
        if error.code == OVER:
            return refused_sign_in("", path, sealed, problem=error.title)
        page = second_step_page(ticket, path, sealed, problem=error.title, wait=error.retry_after)
        return make_response(page, 400)
    return begin_session(answered.document(), path, sealed)


@area.page(PAGE, needs=SIGNED_IN)
def look() -> str:
    """Show one's second factor, or how to set one up."""
    factor = api().get(OWN)
    people = names(act["done_by"] for act in factor["acts"]) if factor["confirmed_at"] else {}
    return render_template("entry/second_factor.html", factor=factor, people=people, own=viewer().person_id)


@area.act(PAGE, needs=SIGNED_IN)
def begin() -> WerkzeugResponse:
    """Begin to set one up, or another in place of the present one."""
    begun: dict[str, Any] = api().answer("POST", OWN, body=_shown(*MEANS)).document()
    viewer().session.keep(ENROLMENT, begun)
    return redirect(f"{PAGE}/first-code", 303)


@area.act(f"{PAGE}/code", needs=SIGNED_IN)
def send_code() -> WerkzeugResponse:
    """Send a code to one's own telephone, to show who one is without a password."""
    me = api().get("/v1/me")
    anonymous_api().answer("POST", "/v1/sign-in-codes", body={"login": me["phone_number"] or me["sign_in_name"]})
    flash.tell(message("If this number is registered, a code of six digits is on its way to it."))
    return redirect(PAGE, 303)


@area.page(f"{PAGE}/first-code", needs=SIGNED_IN)
def show_secret() -> WerkzeugResponse | str:
    """Show the new secret as a QR and as letters, and ask for its first code."""
    begun = viewer().session.content.get(ENROLMENT)
    if begun is None:
        return redirect(PAGE, 303)
    return render_template("entry/first_code.html", begun=begun, code=Markup(qr_svg(begun["uri"])))


@area.act(f"{PAGE}/first-code", needs=SIGNED_IN)
def confirm() -> WerkzeugResponse:
    """Put it in force by its first code; every other session ends, here and everywhere."""
    present = viewer()
    try:
        answered = api().answer("POST", f"{OWN}/first-code", body=_shown("totp_code")).document()
    except ProblemError as error:
        if error.code != ENROLMENT_OVER:
            raise
        present.session.take(ENROLMENT)
        flash.tell(message("Setting it up took too long. Please begin again."), kind="mind")
        return redirect(PAGE, 303)
    wanted = present.session.content.get(WANTED)
    web().sessions.store.end_all(present.person_id)
    opened = web().sessions.open(answered)
    remember(opened)
    opened.keep(PAPER, answered["recovery_codes"])
    if wanted:
        opened.keep(WANTED, wanted)
    flash.tell(message("Your second factor is set up. All other sessions have ended."))
    return redirect(f"{PAGE}/recovery-codes", 303)


@area.page(f"{PAGE}/recovery-codes", needs=SIGNED_IN)
def show_paper() -> WerkzeugResponse | str:
    """Show the new codes for paper, until somebody says that they have them."""
    codes = viewer().session.content.get(PAPER)
    if codes is None:
        return redirect(PAGE, 303)
    return render_template("entry/recovery_codes.html", codes=codes)


@area.act(f"{PAGE}/recovery-codes", needs=SIGNED_IN)
def renew_paper() -> WerkzeugResponse:
    """Make new codes for paper; the old ones work no more."""
    answered = api().answer("POST", f"{OWN}/recovery-codes", body=_shown("totp_code", "recovery_code")).document()
    viewer().session.keep(PAPER, answered["recovery_codes"])
    return redirect(f"{PAGE}/recovery-codes", 303)


@area.act(f"{PAGE}/recovery-codes/kept", needs=SIGNED_IN)
def have_paper() -> WerkzeugResponse:
    """Forget the codes here, and go where somebody wanted to go before, with what they typed there."""
    session = viewer().session
    session.take(PAPER)
    session.take(ENROLMENT)
    wanted = session.take(WANTED)
    if not wanted:
        return redirect(PAGE, 303)
    path = carried.local_path(wanted["path"])
    kept = carried.unseal(wanted["sealed"], viewer().person_id) if wanted["sealed"] else None
    if kept:
        carried.keep_for_page(path, kept["fields"])
    return redirect(path, 303)


@area.act(f"{PAGE}/removal", needs=SIGNED_IN)
def remove() -> WerkzeugResponse:
    """Remove it; every session ends."""
    api().answer("POST", f"{OWN}/removal", body=_shown("totp_code", "recovery_code"))
    web().sessions.store.end_all(viewer().person_id)
    forget()
    flash.tell(message("Your second factor is removed, and you are signed out everywhere."))
    return redirect("/sign-in", 303)


def ask_to_enrol() -> Response | WerkzeugResponse:
    """Lead staff who need a second factor to set one up, and keep where they wanted to go and what they typed."""
    is_form = request.method == "POST"
    path = carried.page_of_form() if is_form else request.full_path.rstrip("?")
    present = viewer()
    present.session.keep(WANTED, {"path": path, "sealed": carried.seal(path, present.person_id) if is_form else ""})
    return redirect(PAGE, 303)


def _shown(*means: str) -> dict[str, str]:
    """Return what was typed to show who one is; spaces between digits are nobody's mistake."""
    typed = {name: request.form.get(name, "").strip() for name in means}
    digits = {name: "".join(text.split()) for name, text in typed.items() if name in ("code", "totp_code")}
    return {name: text for name, text in (typed | digits).items() if text}
