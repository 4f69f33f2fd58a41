"""Apply to be a volunteer: a number is proved by a code, then one form; afterwards one sees what it waits for."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit import flash
from services.web.kit.areas import PUBLIC, Area
from services.web.kit.carried import typed_fields
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import catalogue
from services.web.kit.viewer import anonymous_api

area = Area("applying", __name__, __file__, "/apply")
APPLYING = "applying"
REFUSED = (400, 403, 404, 409, 422, 429)
NUMBER_MAX, CODE_MAX = 40, 6
DAYS = (
    (1, message("Monday")),
    (2, message("Tuesday")),
    (3, message("Wednesday")),
    (4, message("Thursday")),
    (5, message("Friday")),
    (6, message("Saturday")),
    (7, message("Sunday")),
)
PARTS = (
    ("morning", message("morning"), "08:00", "12:00"),
    ("afternoon", message("afternoon"), "12:00", "18:00"),
    ("evening", message("evening"), "18:00", "21:00"),
)


@area.page("", needs=PUBLIC)
def applying() -> str:
    """Show the next step: the number, the code, the form, or where the application stands."""
    ticket = _progress().get("ticket")
    if not ticket:
        return render_template("applying/number.html", number=_progress().get("number", ""))
    own = _own(str(ticket))
    if own is None or (request.args.get("again") and own["state"] != "applied"):
        return _form() if _progress().get("ticket") else render_template("applying/number.html", number="")
    return render_template("applying/status.html", own=own)


@area.act("/code", needs=PUBLIC)
def send_code() -> WerkzeugResponse:
    """Have a code sent to a number, whoever has it."""
    number = request.form.get("phone_number", "").strip()[:NUMBER_MAX]
    try:
        anonymous_api().answer("POST", "/v1/applications/codes", body={"phone_number": number})
    except ProblemError as error:
        return _refused(error, lambda: render_template("applying/number.html", number=""))
    session[APPLYING] = {"number": number}
    return redirect("/apply", 303)


@area.act("/number", needs=PUBLIC)
def prove_number() -> WerkzeugResponse:
    """Prove the number by the code."""
    number = str(_progress().get("number", ""))
    body = {"phone_number": number, "code": request.form.get("code", "").strip()[:CODE_MAX]}
    try:
        answered = anonymous_api().answer("POST", "/v1/applications/tickets", body=body).document()
    except ProblemError as error:
        return _refused(error, lambda: render_template("applying/number.html", number=number))
    session[APPLYING] = {"number": number, "ticket": answered["ticket"]}
    return redirect("/apply", 303)


@area.act("/other-number", needs=PUBLIC)
def other_number() -> WerkzeugResponse:
    """Begin anew."""
    session.pop(APPLYING, None)
    return redirect("/apply", 303)


@area.act("", needs=PUBLIC)
def apply() -> WerkzeugResponse:
    """Send the application."""
    said = {name: request.form.get(name, "").strip() for name in ("name", "born", "sex", "unit_id", "privacy_version")}
    offer: dict[str, Any] = {"services": request.form.getlist("services"), "hours": _hours()}
    body = said | offer | {"ticket": _progress().get("ticket", "")}
    try:
        anonymous_api().answer("PUT", f"/v1/applications/{command_of_form()}", body=body)
    except ProblemError as error:
        return _refused(error, _form)
    flash.tell(message("Thank you. Your community's desk has your application."))
    return redirect("/apply", 303)


@area.act("/withdrawal", needs=PUBLIC)
def withdraw() -> WerkzeugResponse:
    """Take the application back."""
    try:
        anonymous_api().answer("POST", "/v1/applications/withdrawal", body={"ticket": _progress().get("ticket", "")})
    except ProblemError as error:
        return _refused(error, applying)
    flash.tell(message("Your application is taken back. What you told us is deleted within thirty days."))
    return redirect("/apply", 303)


def _progress() -> dict[str, Any]:
    progress: dict[str, Any] = session.get(APPLYING) or {}
    return progress


def _own(ticket: str) -> dict[str, Any] | None:
    """Return the application of whoever proved the number, or nothing; a ticket that is over is forgotten."""
    try:
        own: dict[str, Any] = anonymous_api().answer("POST", "/v1/applications/own", body={"ticket": ticket}).document()
    except ProblemError as error:
        if error.status == 403:
            session.pop(APPLYING, None)
        elif error.status != 404:
            raise
        return None
    return own


def _form() -> str:
    units = list(anonymous_api().all_rows("/v1/organisation-units"))
    return render_template(
        "applying/form.html",
        communities=[unit for unit in units if unit["level"] == "community"],
        streets={unit["unit_id"]: unit for unit in units},
        services=list(catalogue().values()),
        days=DAYS,
        parts=PARTS,
        text=anonymous_api().get("/v1/applications/privacy-text"),
    )


def _hours() -> list[dict[str, object]]:
    """Return the parts of the week that were chosen, in which one can."""
    chosen = set(request.form.getlist("hours"))
    return [
        {"weekday": day, "begins": begins, "ends": ends}
        for day, _ in DAYS
        for part, _, begins, ends in PARTS
        if f"{day}-{part}" in chosen
    ]


def _refused(error: ProblemError, show: Any) -> WerkzeugResponse:
    """Show the same step again, with the reason and what was typed."""
    if error.status not in REFUSED:
        raise error
    fields = {name: values for name, values in typed_fields().items() if name != "command"}
    g.carried = {"fields": fields, "problem": {"title": error.title, "code": error.code, "fields": error.fields}}
    return make_response(show(), 400)
