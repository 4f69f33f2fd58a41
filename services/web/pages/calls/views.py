"""From a number to the person, from the person to an order, in as few inputs as a call allows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Funding
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area, need_of
from services.web.kit.asking import days_to_choose, default_minutes, persons_max, terms_of_form
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.doors import door_code, renew_door_code
from services.web.kit.i18n import by_language, say
from services.web.kit.lookups import catalogue, names, people_of, words_of
from services.web.kit.not_wanted import not_wanted_of, save_not_wanted
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError
from services.web.kit.urgent import open_about, open_at
from services.web.kit.viewer import api, now, viewer
from services.web.kit.wishes import save_wishes

area = Area("calls", __name__, __file__, "/calls")
OPEN = ("under_review", "awaiting_funding", "published", "taken", "in_service", "finished")
LOOK_BACK = timedelta(days=30)
FUNDINGS = (Funding.CREDIT, Funding.PROGRAMME, Funding.POOL)


@area.page("", needs="place_order_for")
def calls() -> WerkzeugResponse | str:
    """Find who is calling; urgent calls stand on top."""
    words = request.args.get("q", "").strip()[:60]
    callers = part_of_page(lambda: api().rows("/v1/persons", q=words)) if words else []
    if len(rows_of(callers)) == 1:
        return redirect(f"/calls/{rows_of(callers)[0]['person_id']}", 303)
    urgent = open_at(viewer().unit_of("operator", "coordinator"))
    may = need_of("call_back").is_met_by(viewer().roles)
    return render_template("calls/calls.html", words=words, callers=callers, urgent=urgent, may_call_sample=may)


@area.page("/<uuid:person_id>", needs="place_order_for")
def caller(person_id: UUID) -> str:
    """Show who is calling, what is planned for them, and ask what they want."""
    person = api().get(f"/v1/persons/{person_id}", why="call")
    orders = part_of_page(lambda: _coming(person_id))
    unwanted = part_of_page(lambda: not_wanted_of(str(person_id)))
    return render_template(
        "calls/caller.html",
        person=person,
        name=by_language(person.get("names")),
        orders=orders,
        people=people_of(rows_of(orders)),
        time=part_of_page(lambda: api().rows("/v1/wallets", person=person_id)),
        services=list(catalogue(person["home_unit_id"]).values()),
        fundings=FUNDINGS,
        days=days_to_choose(),
        minutes=default_minutes(""),
        persons_max=persons_max(person["home_unit_id"]),
        unwanted=unwanted,
        urgent=open_about(str(person_id), person["home_unit_id"]),
        unwanted_people=names(word["volunteer_id"] for word in rows_of(unwanted)),
    )


@area.act("/<uuid:person_id>/wishes", needs="place_order_for")
def set_wishes(person_id: UUID) -> WerkzeugResponse:
    """Note what must be known at the caller's door, and in which language they like to be told."""
    save_wishes(str(person_id))
    return redirect(f"/calls/{person_id}", 303)


@area.act("/<uuid:person_id>/not-wanted", needs="place_order_for")
def set_not_wanted(person_id: UUID) -> WerkzeugResponse:
    """Note that the caller does not want a volunteer any more, or does again."""
    save_not_wanted(str(person_id), _acting(person_id, words=say("Says so by telephone")))
    return redirect(f"/calls/{person_id}", 303)


@area.act("/<uuid:person_id>/ask", needs="place_order_for")
def order_for(person_id: UUID) -> WerkzeugResponse:
    """Place the order in the caller's name, with what they said as the consent."""
    page, command = f"/calls/{person_id}", command_of_form()
    try:
        terms = terms_of_form(str(person_id), request.form.get("service", ""))
    except MinutesUnreadableError:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    body = terms | _acting(person_id) | {"why": request.form.get("words") or None}
    funding = request.form.get("funding", Funding.CREDIT)
    if funding == Funding.CREDIT:
        answered = api().put(f"/v1/redemptions/{command}", body)
    else:
        answered = api().put(f"/v1/orders/{command}", body | {"funding": funding})
    if answered["state"] == "declined":
        return back_to_form(page, words_of(answered["code"]))
    flash.tell(message("The order is placed, and what was said is kept with it."))
    return redirect(page, 303)


@area.act("/<uuid:person_id>/orders/<uuid:order_id>/confirm", needs="act_for")
def confirm_for(person_id: UUID, order_id: UUID) -> WerkzeugResponse:
    """Confirm a visit as the person on the telephone says it was."""
    body = _acting(person_id) | {"rating": int(request.form.get("rating") or 5)}
    api().post(f"/v1/orders/{order_id}/confirmation", body, command=command_of_form())
    flash.tell(message("Confirmed as said."))
    return redirect(f"/calls/{person_id}", 303)


@area.page("/<uuid:person_id>/orders/<uuid:order_id>/code", needs="act_for")
def code_for(person_id: UUID, order_id: UUID) -> str:
    """Show the number that is read out to the person on the telephone while somebody stands at their door."""
    order = api().get(f"/v1/orders/{order_id}")
    code = door_code(order, acting_for=str(person_id), consent="phone")
    return render_template("read_out.html", order=order, code=code, back=f"/calls/{person_id}")


@area.act("/<uuid:person_id>/orders/<uuid:order_id>/code", needs="act_for")
def new_code_for(person_id: UUID, order_id: UUID) -> WerkzeugResponse:
    """Have another number made for the door of the person on the telephone."""
    renew_door_code(order_id, _acting(person_id, words=say("Asks for a new number by telephone")))
    return redirect(f"/calls/{person_id}/orders/{order_id}/code", 303)


def _acting(person_id: UUID, *, words: str = "") -> dict[str, Any]:
    """Return for whom it is done, and what they said on the telephone."""
    said = words or request.form.get("words", "")
    return {"acting_for": str(person_id), "consent": {"how": "phone", "given_at": now().isoformat(), "words": said}}


def _coming(person_id: UUID) -> list[dict[str, Any]]:
    since = (now() - LOOK_BACK).isoformat()
    rows = api().rows("/v1/orders", person=person_id, limit=60, **{"from": since})
    return [order for order in rows if order["state"] in OPEN]
