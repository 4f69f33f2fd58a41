"""One touch for urgent help; what became of it; answering it; one's own time on duty; the roster and its gaps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.clock import local_date
from libs.contracts.powers import POWERS
from libs.programme.words import Role
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.carried import page_of_form
from services.web.kit.closed import Closed, or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.formats import as_instant
from services.web.kit.i18n import by_language, say
from services.web.kit.lookups import names
from services.web.kit.refusing import back_to_form
from services.web.kit.urgent import checks_told_to_me, told_to_me
from services.web.kit.viewer import api, now, viewer
from services.web.pages.urgent.roster import DAYS, HOURS, RANKS, days_of, span_of_form

area = Area("urgent", __name__, __file__)
SHOWN_MAX = 200
ENDINGS = ("well", "help_called", "emergency_120", "false_alarm")
BACK = timedelta(hours=12)
"""How far back one's own times on duty are shown."""


@area.act("/urgent", needs=SIGNED_IN)
def call() -> WerkzeugResponse:
    """Call for urgent help, for oneself or for whom the page is about, by one touch."""
    command = command_of_form()
    person_id = request.form.get("person_id") or viewer().person_id
    api().put(f"/v1/incidents/{command}", {"person_id": person_id})
    return redirect(f"/urgent/{command}", 303)


@area.page("/urgent/<uuid:incident_id>", needs=SIGNED_IN)
def called(incident_id: UUID) -> str:
    """Show what became of an urgent call, in words for who called; who it is about, for who looks after it."""
    incident = api().get(f"/v1/incidents/{incident_id}")
    person_id = incident.get("person_id")
    person = part_of_page(lambda: _person(person_id)) if person_id and person_id != viewer().person_id else None
    return render_template(
        "urgent/called.html",
        incident=incident,
        words=by_language(incident["calling"]) if incident["calling"] else "",
        person=person,
        name=by_language(person.get("names")) if isinstance(person, dict) else "",
        people=names(_people_in(incident)),
        endings=ENDINGS,
        may_answer=_may_answer(incident),
        may_step=_may_step(incident),
        may_close=incident["state"] == "escalated" and bool(POWERS["close_incident"] & viewer().roles),
    )


@area.act("/urgent/<uuid:incident_id>/answer", needs=SIGNED_IN)
def answer(incident_id: UUID) -> WerkzeugResponse:
    """Say that one looks after it."""
    api().post(f"/v1/duty-calls/{incident_id}/acknowledgement", {}, command=command_of_form())
    flash.tell(message("It is yours. Nobody else is called; whoever called is told."))
    return redirect(f"/urgent/{incident_id}", 303)


@area.act("/urgent/<uuid:incident_id>/step", needs=SIGNED_IN)
def take_step(incident_id: UUID) -> WerkzeugResponse:
    """Say that one does the step of a welfare check."""
    body = {"number": _number()}
    api().post(f"/v1/welfare-checks/{incident_id}/acknowledgement", body, command=command_of_form())
    flash.tell(message("It is yours. Please say below what came of it."))
    return redirect(f"/urgent/{incident_id}", 303)


@area.act("/urgent/<uuid:incident_id>/outcome", needs=SIGNED_IN)
def report_step(incident_id: UUID) -> WerkzeugResponse:
    """Say what came of the step of a welfare check."""
    body = {"number": _number(), "outcome": request.form.get("outcome", "")}
    api().post(f"/v1/incidents/{incident_id}/step-outcome", body, command=command_of_form())
    flash.tell(message("Noted. Whoever is next was told."))
    return redirect(f"/urgent/{incident_id}", 303)


@area.act("/urgent/<uuid:incident_id>/close", needs="close_incident")
def close(incident_id: UUID) -> WerkzeugResponse:
    """Record how it ended."""
    body = {"outcome": request.form.get("outcome", ""), "ending": request.form.get("ending") or None}
    api().post(f"/v1/incidents/{incident_id}/closing", body, command=command_of_form())
    flash.tell(message("Closed. How it ended is kept."))
    return redirect("/calls", 303)


@area.page("/duty", needs=SIGNED_IN)
def duty() -> str:
    """Show the urgent calls one was told of, and when one is on duty."""
    since = (now() - BACK).isoformat()
    return render_template(
        "urgent/duty.html",
        calls=told_to_me(),
        checks=checks_told_to_me(),
        times=part_of_page(lambda: api().rows("/v1/duty-roster", limit=SHOWN_MAX, **{"from": since})),
        sets_roster=Role.COORDINATOR in viewer().roles,
    )


@area.act("/duty/<uuid:entry_id>/end", needs=SIGNED_IN)
def end(entry_id: UUID) -> WerkzeugResponse:
    """Take a time on duty back, one's own or one of the roster."""
    api().delete(f"/v1/duty-roster/{entry_id}", command=command_of_form())
    flash.tell(message("It is taken off the roster. Please look whether somebody else is on duty then."))
    return redirect(page_of_form("/duty"), 303)


@area.page("/duty/roster", needs="set_duty_roster")
def roster() -> str:
    """Show the week: who is on duty, and when nobody is; find somebody to put on duty."""
    unit_id, today = viewer().unit_of("coordinator"), local_date(now())
    span = {"from": as_instant(today, 0), "to": as_instant(today + timedelta(days=DAYS), 0)}
    duties = part_of_page(lambda: api().rows("/v1/duty-roster", unit=unit_id, limit=SHOWN_MAX, **span))
    gaps = part_of_page(lambda: api().get("/v1/duty-roster/gaps", unit=unit_id, **span)["gaps"])
    words = request.args.get("q", "").strip()[:60]
    days = days_of(today, rows_of(duties), rows_of(gaps))
    return render_template(
        "urgent/roster.html",
        unit=viewer().name_of_unit(unit_id),
        is_closed=isinstance(duties, Closed) or isinstance(gaps, Closed),
        days=days,
        people=names(duty["person_id"] for duty in rows_of(duties)),
        words=words,
        found=part_of_page(lambda: api().rows("/v1/persons", q=words)) if words else [],
        hours=HOURS,
        ranks=RANKS,
    )


@area.act("/duty/roster", needs="set_duty_roster")
def put_on_duty() -> WerkzeugResponse:
    """Put somebody who has agreed to it on duty."""
    page = page_of_form("/duty/roster")
    try:
        begin, until = span_of_form(
            request.form.get("day", ""), request.form.get("time", ""), request.form.get("hours", "")
        )
    except ValueError:
        return back_to_form(page, say("Please choose a day, a time and how long."))
    body = {
        "unit_id": viewer().unit_of("coordinator"),
        "person_id": request.form.get("person_id", ""),
        "from": begin,
        "until": until,
        "rank": int(request.form.get("rank") or 1),
    }
    api().put(f"/v1/duty-roster/{command_of_form()}", body)
    flash.tell(message("On the roster."))
    return redirect("/duty/roster", 303)


def _person(person_id: str) -> dict[str, Any] | None:
    """Return whom a call is about, as far as the viewer may know."""
    return or_nothing(lambda: api().get(f"/v1/persons/{person_id}", why="urgent call"), 403, 404)


def _number() -> int:
    """Return which step is meant; 0, which the API refuses, where the form does not say."""
    number = request.form.get("number", "")
    return int(number) if number.isdecimal() else 0


def _people_in(incident: dict[str, Any]) -> list[str | None]:
    """Return everybody whom the page names."""
    steps = (incident.get("welfare") or {}).get("steps") or []
    meant = [person_id for step in steps for person_id in (*step["told_ids"], *step["above_ids"], step["taken_by"])]
    rings = [ring["person_id"] for ring in incident.get("rings") or []]
    return [incident.get("answered_by"), incident.get("closed_by"), *rings, *meant]


def _may_step(incident: dict[str, Any]) -> bool:
    """Tell whether the step of a welfare check is the viewer's to take or to report."""
    check = incident.get("welfare")
    if incident["state"] != "escalated" or not check or check["state"] not in ("waiting", "unanswered", "taken"):
        return False
    is_desk = bool(POWERS["answer_urgent_call"] & viewer().roles)
    if check["state"] == "taken":
        return is_desk or check["steps"][-1]["taken_by"] == viewer().person_id
    meant = {person_id for step in check["steps"] for person_id in (*step["told_ids"], *step["above_ids"])}
    return is_desk or viewer().person_id in meant


def _may_answer(incident: dict[str, Any]) -> bool:
    if incident["state"] != "escalated" or not incident["calling"] or incident["calling"]["state"] == "acknowledged":
        return False
    is_told = any(ring["person_id"] == viewer().person_id for ring in incident.get("rings") or [])
    return is_told or bool(POWERS["answer_urgent_call"] & viewer().roles)
