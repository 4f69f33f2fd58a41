"""Signing in by password or by a code, signing out here or everywhere, one's own account."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import quote

from flask import Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.ids import new_id
from libs.programme.words import STAFF_ROLES, Role
from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit import carried, flash, kiosk
from services.web.kit.areas import PUBLIC, SIGNED_IN, Area, need_of
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import COOKIE, LANGUAGES
from services.web.kit.lookups import has_own_photo
from services.web.kit.navigation import start_of
from services.web.kit.viewer import anonymous_api, api, forget, remember, viewer, viewer_or_none, web
from services.web.kit.wishes import save_wishes

area = Area("entry", __name__, __file__)
AFTER_SIGN_IN = "next"
WANTED = "wanted"
"""Where somebody wanted to go who has to set up a second factor first, and what they typed there."""
DESK_POWER = "place_order_for"
"""Who has it may say whether a device is shared."""
REFUSED = (400, 401, 403, 409, 422, 429)


def ask_to_sign_in() -> WerkzeugResponse:
    """Return the sign-in page of somebody whose session ended, with what they typed carried over."""
    path = request.full_path.rstrip("?") if request.method == "GET" else carried.page_of_form()
    sealed = carried.seal(path, g.get("owner")) if request.method == "POST" else ""
    if request.method == "GET":
        return redirect(f"/sign-in?{AFTER_SIGN_IN}={_quoted(path)}", 303)
    return make_response(_sign_in_page(path=path, sealed=sealed, has_ended=True), 401)


@area.page("/sign-in", needs=PUBLIC)
def sign_in() -> WerkzeugResponse | str:
    """Ask who it is."""
    path = carried.local_path(request.args.get(AFTER_SIGN_IN), "")
    if viewer_or_none() is not None and not path:
        return redirect(start_of(viewer().roles), 303)
    return _sign_in_page(path=path)


@area.act("/sign-in", needs=PUBLIC)
def open_session() -> WerkzeugResponse | str:
    """Open a session by a password or a code."""
    login = request.form.get("login", "").strip()[:100]
    means = {name: request.form[name].strip() for name in ("password", "code") if request.form.get(name, "").strip()}
    path = carried.local_path(request.form.get(AFTER_SIGN_IN), "")
    sealed = request.form.get("sealed", "")
    if not login or len(means) != 1:
        return refused_sign_in(
            login, path, sealed, problem=message("Type your number or name, and one of password or code.")
        )
    try:
        answered = anonymous_api().answer("POST", "/v1/sessions", body={"login": login, **means}).document()
    except ProblemError as error:
        if error.status not in REFUSED:
            raise
        return refused_sign_in(login, path, sealed, problem=error.title, wait=error.retry_after, by="code" in means)
    return begin_session(answered, path, sealed)


@area.act("/sign-in/code", needs=PUBLIC)
def send_code() -> WerkzeugResponse | str:
    """Send a code to the telephone; the answer is the same whether or not there is one."""
    login = request.form.get("login", "").strip()[:100]
    path = carried.local_path(request.form.get(AFTER_SIGN_IN), "")
    sealed = request.form.get("sealed", "")
    try:
        anonymous_api().answer("POST", "/v1/sign-in-codes", body={"login": login})
    except ProblemError as error:
        if error.status not in REFUSED:
            raise
        return refused_sign_in(login, path, sealed, problem=error.title, wait=error.retry_after, by=True)
    return _sign_in_page(login=login, path=path, sealed=sealed, by_code=True, was_sent=True)


@area.act("/sign-out", needs=PUBLIC)
def sign_out() -> WerkzeugResponse:
    """End this session, here and at the API."""
    if viewer_or_none() is not None:
        api().delete("/v1/sessions/current")
    forget()
    flash.tell(message("You are signed out."))
    return _emptied(redirect(kiosk.PATH if kiosk.is_here() else "/", 303))


@area.act("/sign-out/everywhere", needs=SIGNED_IN)
def sign_out_everywhere() -> WerkzeugResponse:
    """End every session of the person, on every device."""
    person_id = viewer().person_id
    api().delete("/v1/sessions", command=new_id())
    web().sessions.store.end_all(person_id)
    forget()
    flash.tell(message("You are signed out on every device."))
    return _emptied(redirect("/", 303))


@area.page("/me", needs=SIGNED_IN)
def me() -> str:
    """Show what is known of the person who looks."""
    runs_a_desk = need_of(DESK_POWER).is_met_by(viewer().roles)
    is_staff = not STAFF_ROLES.isdisjoint(viewer().roles)
    devices = part_of_page(lambda: or_nothing(lambda: api().get("/v1/me/devices")["items"], 403, 404))
    return render_template(
        "entry/me.html",
        is_staff=is_staff,
        me=api().get("/v1/me"),
        runs_a_desk=runs_a_desk,
        devices=devices,
        own_photo=part_of_page(has_own_photo) if Role.VOLUNTEER in viewer().roles else None,
    )


@area.act("/me/devices/<key_id>/revoke", needs=SIGNED_IN)
def revoke_device(key_id: str) -> WerkzeugResponse:
    """Revoke a device of one's own, by the password."""
    body = {"password": request.form.get("password", "")}
    api().post(f"/v1/me/devices/{quote(key_id, safe='')}/revocation", body, command=command_of_form())
    flash.tell(message("The device is revoked. What it still holds counts no more."))
    return redirect("/me", 303)


@area.act("/me/wishes", needs=SIGNED_IN)
def set_wishes() -> WerkzeugResponse:
    """Set one's own language, and what must be known at one's door."""
    save_wishes(viewer().person_id)
    answer = redirect("/me", 303)
    return in_language(answer, request.form.get("language"))


@area.act("/me/password", needs=SIGNED_IN)
def set_password() -> WerkzeugResponse:
    """Set one's own password; every session ends, and one signs in anew with it."""
    body = {"password": request.form.get("password", ""), "new_password": request.form.get("new_password", "")}
    api().post("/v1/me/password", body, command=request.form.get("command") or new_id())
    forget()
    flash.tell(message("Your password is set. Please sign in with it."))
    return redirect("/sign-in", 303)


def _emptied(answer: WerkzeugResponse) -> WerkzeugResponse:
    """Have the browser forget the pages that it keeps, and what a person did there."""
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def begin_session(answered: dict[str, Any], path: str = "", sealed: str = "") -> WerkzeugResponse:
    """Begin a session with what the API answered, and go where somebody wanted to go."""
    if answered.get("state") == "second_factor_needed":
        return make_response(second_step_page(answered["ticket"], path, sealed))
    signed_in = web().sessions.open(answered)
    remember(signed_in)
    if signed_in.must_set_password:
        return redirect("/me", 303)
    me: dict[str, Any] = dataclasses.replace(anonymous_api(), token=signed_in.token).get("/v1/me")
    roles = [held["role"] for held in me["roles"] if held["state"] == "held"]
    if answered.get("enrolment_required"):
        signed_in.keep(WANTED, {"path": path or start_of(roles), "sealed": sealed})
        return in_language(redirect("/me/second-factor", 303), me.get("language"))
    kept = carried.unseal(sealed, signed_in.person_id) if sealed else None
    if kept:
        path = carried.local_path(kept["path"])
        carried.keep_for_page(path, kept["fields"])
    return in_language(redirect(path or start_of(roles), 303), me.get("language"))


def second_step_page(ticket: str, path: str, sealed: str, *, problem: str = "", wait: str = "") -> str:
    """Return the page that asks for the second factor, with where somebody wanted to go and what they typed."""
    return render_template(
        "entry/second_step.html", ticket=ticket, path=path, sealed=sealed, problem=problem, wait=wait
    )


def in_language(answer: WerkzeugResponse, language: str | None) -> WerkzeugResponse:
    """Return an answer after which the pages are in a person's language, if they like one best."""
    if language in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=365 * 86400, samesite="Lax", httponly=True)
    return answer


def refused_sign_in(login: str, path: str, sealed: str, *, problem: str, wait: str = "", by: bool = False) -> Response:
    """Return the sign-in page with why it did not go, and all that was typed before."""
    # Who typed a wrong code may have the right one before them: the field for it stays.
    was_sent = bool(request.form.get("code"))
    page = _sign_in_page(
        login=login, path=path, sealed=sealed, problem=problem, wait=wait, by_code=by, was_sent=was_sent
    )
    return make_response(page, 400)


def _sign_in_page(
    *,
    login: str = "",
    path: str = "",
    sealed: str = "",
    problem: str = "",
    wait: str = "",
    by_code: bool = False,
    was_sent: bool = False,
    has_ended: bool = False,
) -> str:
    shown = web().parts.about
    by_code = by_code or request.args.get("by") == "code"
    return render_template(
        "entry/sign_in.html",
        login=login,
        path=path,
        sealed=sealed,
        problem=problem,
        wait=wait,
        by_code=by_code,
        was_sent=was_sent,
        has_ended=has_ended or bool(path),
        people=shown.people() if shown else [],
    )


def _quoted(path: str) -> str:
    return quote(path, safe="")
