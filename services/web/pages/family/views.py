"""Looking after somebody who has given one the right to: seeing, asking, confirming, and ending it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Role
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.asking import days_to_choose, default_minutes, persons_max, terms_of_form
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.doors import door_code, renew_door_code
from services.web.kit.i18n import by_language, say
from services.web.kit.lookups import catalogue, names, people_of, words_of
from services.web.kit.not_wanted import not_wanted_of, save_not_wanted
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError
from services.web.kit.viewer import api, now, viewer
from services.web.kit.wishes import save_wishes

area = Area("family", __name__, __file__, "/family")
OPEN = ("under_review", "awaiting_funding", "published", "taken", "in_service", "finished")
LOOK_BACK = timedelta(days=30)
GRANT = "grant"
ACTS_MAX = 30
FACES = {"good": 5, "fair": 3, "bad": 1}


@area.page("", needs=SIGNED_IN)
def family() -> str:
    """Show whom one may act for, with their next visit, and who may act for oneself."""
    grants = part_of_page(lambda: api().rows("/v1/acting-grants", person=viewer().person_id))
    held = [grant for grant in rows_of(grants) if grant["relative_id"] == viewer().person_id and grant["active"]]
    given = [grant for grant in rows_of(grants) if grant["person_id"] == viewer().person_id and grant["active"]]
    visits = {grant["person_id"]: part_of_page(partial(_coming, grant["person_id"])) for grant in held}
    return render_template(
        "family/family.html",
        grants=grants,
        held=held,
        given=given,
        visits=visits,
        acts=part_of_page(_done_for_me),
        by_language=by_language,
        is_volunteer=Role.VOLUNTEER in viewer().roles,
    )


@area.page("/<uuid:person_id>", needs=SIGNED_IN)
def relative(person_id: UUID) -> str:
    """Show one of them: visits, asking, everything that others did for them."""
    grant = _grant(person_id)
    orders = part_of_page(lambda: _coming(str(person_id)))
    acts = part_of_page(
        lambda: or_nothing(lambda: api().rows(f"/v1/persons/{person_id}/acts-for-me", limit=ACTS_MAX), 403, 404)
    )
    own = part_of_page(lambda: api().rows("/v1/wallets", person=viewer().person_id))
    person = part_of_page(lambda: or_nothing(lambda: api().get(f"/v1/persons/{person_id}"), 403, 404))
    unwanted = part_of_page(lambda: not_wanted_of(str(person_id)))
    return render_template(
        "family/relative.html",
        grant=grant,
        person=person,
        unwanted=unwanted,
        unwanted_people=names(word["volunteer_id"] for word in rows_of(unwanted)),
        name=by_language(grant["names"]),
        orders=orders,
        people=people_of(rows_of(orders)),
        acts=acts,
        own=own,
        services=[service for service in catalogue(_home(person)).values() if "credit" in service["funding"]],
        days=days_to_choose(),
        minutes=default_minutes(""),
        persons_max=persons_max(next((order["unit_id"] for order in rows_of(orders)), viewer().unit_id)),
    )


@area.act("/<uuid:person_id>/ask", needs=SIGNED_IN)
def ask(person_id: UUID) -> WerkzeugResponse:
    """Ask for them, paid with their time or with one's own."""
    page = f"/family/{person_id}"
    try:
        terms = terms_of_form(str(person_id), request.form.get("service", ""))
    except MinutesUnreadableError:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    if request.form.get("payer") == "mine":
        body = terms | {"payer_id": viewer().person_id}
    else:
        body = terms | _acting(person_id)
    answered = api().put(f"/v1/redemptions/{command_of_form()}", body)
    if answered["state"] == "declined":
        return back_to_form(page, words_of(answered["code"]))
    flash.tell(message("Asked for. Both of you are told who comes."))
    return redirect(page, 303)


@area.act("/<uuid:person_id>/orders/<uuid:order_id>/good", needs=SIGNED_IN)
def confirm(person_id: UUID, order_id: UUID) -> WerkzeugResponse:
    """Confirm a visit in their name, as they say it was."""
    body = _acting(person_id) | {"rating": FACES.get(request.form.get("face", ""), FACES["good"])}
    api().post(f"/v1/orders/{order_id}/confirmation", body, command=command_of_form())
    flash.tell(message("Thank you. It is noted."))
    return redirect(f"/family/{person_id}", 303)


@area.page("/<uuid:person_id>/orders/<uuid:order_id>/code", needs=SIGNED_IN)
def code_for(person_id: UUID, order_id: UUID) -> str:
    """Show the number that is read out at their door, to whoever they let do that."""
    order = api().get(f"/v1/orders/{order_id}")
    code = door_code(order, acting_for=str(person_id), consent=GRANT)
    return render_template("read_out.html", order=order, code=code, back=f"/family/{person_id}")


@area.act("/<uuid:person_id>/orders/<uuid:order_id>/code", needs=SIGNED_IN)
def new_code_for(person_id: UUID, order_id: UUID) -> WerkzeugResponse:
    """Have another number made for their door."""
    renew_door_code(order_id, _acting(person_id))
    return redirect(f"/family/{person_id}/orders/{order_id}/code", 303)


@area.act("/<uuid:person_id>/not-wanted", needs=SIGNED_IN)
def set_not_wanted(person_id: UUID) -> WerkzeugResponse:
    """Say for them that a volunteer is not to come any more, or may again."""
    save_not_wanted(str(person_id), _acting(person_id))
    return redirect(f"/family/{person_id}", 303)


@area.act("/<uuid:person_id>/wishes", needs=SIGNED_IN)
def set_wishes(person_id: UUID) -> WerkzeugResponse:
    """Say for them what must be known at their door, and in which language."""
    save_wishes(str(person_id))
    return redirect(f"/family/{person_id}", 303)


@area.page("/grants/<uuid:grant_id>", needs=SIGNED_IN)
def uses(grant_id: UUID) -> str:
    """Show every use of somebody's right to act, to both."""
    query = {"limit": ACTS_MAX, "cursor": request.args.get("cursor") or None}
    page = part_of_page(lambda: api().get(f"/v1/acting-grants/{grant_id}/uses", **query))
    rows = page["items"] if isinstance(page, dict) else []
    people = names(row[who] for row in rows for who in ("actor_id", "person_id"))
    return render_template("family/uses.html", page=page, people=people, grant_id=grant_id)


@area.act("/grants/<uuid:grant_id>/end", needs=SIGNED_IN)
def end(grant_id: UUID) -> WerkzeugResponse:
    """End somebody's right to act."""
    api().delete(f"/v1/acting-grants/{grant_id}", command=command_of_form())
    flash.tell(message("It has ended. Nobody acts under it any more."))
    return redirect("/family", 303)


def _done_for_me() -> list[dict[str, Any]]:
    """Return what the desk and relatives did for the viewer, the last first."""
    own = viewer().person_id
    return or_nothing(lambda: api().rows(f"/v1/persons/{own}/acts-for-me", limit=ACTS_MAX), 403, 404) or []


def _home(person: Any) -> str:
    """Return the unit where somebody lives, as far as the page knows it."""
    return str(person.get("home_unit_id") or "") if isinstance(person, dict) else ""


def _grant(person_id: UUID) -> dict[str, Any]:
    """Return the right under which the viewer acts for somebody.

    Raises:
        Forbidden: there is none.
    """
    for grant in api().rows("/v1/acting-grants", person=viewer().person_id):
        if grant["person_id"] == str(person_id) and grant["active"]:
            return grant
    raise Forbidden


def _acting(person_id: UUID) -> dict[str, Any]:
    grant = _grant(person_id)
    consent = {"how": GRANT, "given_at": grant["given_at"], "words": grant["grant_id"]}
    return {"acting_for": str(person_id), "consent": consent}


def _coming(person_id: str) -> list[dict[str, Any]]:
    since = (now() - LOOK_BACK).isoformat()
    rows = api().rows("/v1/orders", person=person_id, limit=60, **{"from": since})
    return [order for order in rows if order["state"] in OPEN]
