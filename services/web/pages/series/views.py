"""Help every week: one's own, a relative's or a caller's; changed from a day on after it was shown what that does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.ids import new_id
from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.asking import days_to_choose, default_minutes
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import say
from services.web.kit.lookups import catalogue, names, unit_of_person, words_of
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError
from services.web.kit.viewer import api, viewer
from services.web.pages.series import forms

area = Area("series", __name__, __file__, "/series")
SHOWN_MAX = 100
MISSED = message("The platform did not run when this day was to be arranged")


@area.page("", needs=SIGNED_IN)
def series() -> str:
    """Show what comes every week to oneself, or to whom one looks after."""
    person_id = _person_id()
    listed = part_of_page(lambda: api().rows("/v1/series", person=person_id, limit=SHOWN_MAX))
    return render_template(
        "series/series.html",
        listed=listed,
        person_id=person_id,
        is_own=person_id == viewer().person_id,
        name=names([person_id])[person_id],
        reason=reason,
    )


@area.page("/ask", needs=SIGNED_IN)
def ask() -> str:
    """Ask on which days, when, and how long."""
    person_id = _person_id()
    service, unit_id = request.args.get("service", ""), unit_of_person(person_id)
    return render_template(
        "series/ask.html",
        person_id=person_id,
        is_own=person_id == viewer().person_id,
        is_staff=forms.is_staff() and person_id != viewer().person_id,
        name=names([person_id])[person_id],
        service=service,
        services=[entry for entry in catalogue(unit_id).values() if "credit" in entry["funding"]],
        fundings=forms.FUNDINGS,
        days=days_to_choose(),
        weekdays=forms.WEEKDAYS,
        minutes=default_minutes(service, unit_id),
    )


@area.act("/ask", needs=SIGNED_IN)
def place() -> WerkzeugResponse:
    """Ask for it."""
    person_id, command = request.form.get("person_id") or viewer().person_id, command_of_form()
    page = f"/series/ask?person={person_id}&service={request.form.get('service', '')}"
    try:
        terms = forms.terms_of_form(person_id)
    except MinutesUnreadableError:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    if not terms["weekdays"]:
        return back_to_form(page, say("Please choose at least one day of the week."))
    api().put(f"/v1/series/{command}", terms)
    flash.tell(message("It is arranged. Each day is looked after some time before; you see here what comes."))
    return redirect(f"/series/{command}", 303)


@area.page("/stopped", needs="approve_series")
def stopped() -> str:
    """Show the desk which series stopped being made, and why."""
    unit_id = viewer().unit_of("coordinator")
    listed = part_of_page(lambda: api().rows("/v1/series", unit=unit_id, alarm="yes", limit=SHOWN_MAX))
    return render_template(
        "series/stopped.html",
        unit=viewer().name_of_unit(unit_id),
        listed=listed,
        people=names([entry["recipient_id"] for entry in rows_of(listed)]),
        reason=reason,
    )


@area.page("/<uuid:series_id>", needs=SIGNED_IN)
def one_series(series_id: UUID) -> str:
    """Show the days to come, and ask what is to be otherwise."""
    shown = api().get(f"/v1/series/{series_id}")
    return render_template(
        "series/days.html",
        series=shown,
        pattern=shown["patterns"][-1],
        people=names([shown["recipient_id"]]),
        is_own=shown["recipient_id"] == viewer().person_id,
        weekdays=forms.WEEKDAYS,
        reason=reason,
        may_approve=_may_approve(shown),
    )


@area.page("/<uuid:series_id>/change", needs=SIGNED_IN)
def look(series_id: UUID) -> WerkzeugResponse | str:
    """Show what a change does to each day; nothing is changed yet."""
    page = f"/series/{series_id}"
    shown = api().get(f"/v1/series/{series_id}")
    person_id = shown["recipient_id"]
    try:
        wish = forms.wish_of(request.args, chosen=forms.chosen_weekdays(request.args))
        body = wish | _acting(shown, say("Asks by telephone"))
        preview = api().post(f"/v1/series/{series_id}/preview", body, command=new_id())
    except MinutesUnreadableError:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    except ProblemError as problem:
        return back_to_form(page, words_of(problem.code))
    return render_template(
        "series/look.html",
        series=shown,
        days=preview["days"],
        said=[(name, value) for name in request.args for value in request.args.getlist(name)],
        asks_words=forms.is_staff() and person_id != viewer().person_id,
    )


@area.act("/<uuid:series_id>/change", needs=SIGNED_IN)
def change(series_id: UUID) -> WerkzeugResponse:
    """Change it as it was shown."""
    shown = api().get(f"/v1/series/{series_id}")
    wish = forms.wish_of(request.form, chosen=forms.chosen_weekdays(request.form))
    words = request.form.get("words", "")
    api().post(f"/v1/series/{series_id}/change", wish | _acting(shown, words), command=command_of_form())
    flash.tell(message("Changed. Whoever had taken a day that is called off is told."))
    return redirect(f"/series/{series_id}", 303)


@area.act("/<uuid:series_id>/approval", needs="approve_series")
def approve(series_id: UUID) -> WerkzeugResponse:
    """Say that these two are to meet so often."""
    api().post(f"/v1/series/{series_id}/approval", {}, command=command_of_form())
    flash.tell(message("Approved. Its visits are not held to be too frequent."))
    return redirect(f"/series/{series_id}", 303)


def reason(code: str | None) -> str:
    """Return why a day was not made, in the page's language."""
    return say(MISSED) if code == "day_missed" else words_of(code)


def _person_id() -> str:
    """Return whom the page is about: whom its address names, else the viewer."""
    try:
        return str(UUID(request.args.get("person", "")))
    except ValueError:
        return viewer().person_id


def _acting(shown: dict[str, Any], words: str) -> dict[str, Any]:
    """Return for whom a change is made: the recipient's, unless it is the viewer's own or the viewer pays."""
    if viewer().person_id in (shown["recipient_id"], shown["payer_id"]):
        return {}
    acting = forms.acting_for(shown["recipient_id"])
    if acting["consent"]["how"] == "phone":
        acting["consent"]["words"] = words
    return acting


def _may_approve(shown: dict[str, Any]) -> bool:
    if shown["ended_at"] or shown["approved_at"]:
        return False
    is_part = viewer().person_id in (shown["placed_by"], shown["recipient_id"], shown["payer_id"])
    return not is_part and bool(POWERS["approve_series"] & viewer().roles)
