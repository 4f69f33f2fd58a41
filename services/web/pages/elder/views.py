"""What comes next and how much time there is; asking in two steps; who comes; was it good; my time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.acts import may
from services.web.kit.areas import Area
from services.web.kit.asking import days_to_choose, default_minutes, persons_max, terms_of_form
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.doors import door_code, renew_door_code
from services.web.kit.i18n import say
from services.web.kit.lookups import catalogue, names, people_of, service_name, words_of
from services.web.kit.not_wanted import not_wanted_of, save_not_wanted
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.viewer import api, now, viewer

area = Area("elder", __name__, __file__, "/elder")
OPEN = ("under_review", "awaiting_funding", "published", "taken", "in_service")
TILES = (
    ("B1", "talk", message("Company")),
    ("A1", "meal", message("A meal")),
    ("A2", "broom", message("Cleaning")),
    ("A4", "walk", message("Going out")),
    ("A5", "clinic", message("To the doctor")),
    ("A7", "basket", message("Shopping")),
)
MORE_TILES = (
    ("C2", "mobile", message("Help with my phone")),
    ("A6", "tool", message("Small repairs")),
    ("A3", "home", message("Bathing")),
)
LOOK_BACK = timedelta(days=45)
FACES = {"good": 5, "fair": 3, "bad": 1}
SHOWN_MAX = 60


@area.page("", needs="recipient")
def home() -> str:
    """Show what comes next and how much time there is."""
    orders = part_of_page(_recent)
    coming = [order for order in rows_of(orders) if order["state"] in OPEN]
    return render_template(
        "elder/home.html",
        orders=orders,
        coming=coming,
        to_confirm=[order for order in rows_of(orders) if may(order, "confirm")],
        to_answer=[order for order in coming if may(order, "wait") and not order["wait_until"]],
        time=part_of_page(_available_minutes),
        people=people_of(coming),
    )


@area.page("/ask", needs="recipient")
def ask() -> str:
    """Ask what is wanted: six pictures, those used before first."""
    codes = set(catalogue(viewer().unit_id))
    used = [order["service"] for order in rows_of(part_of_page(_recent))]
    tiles = sorted((tile for tile in TILES if tile[0] in codes), key=lambda tile: -used.count(tile[0]))
    return render_template("elder/ask.html", tiles=tiles, more=[tile for tile in MORE_TILES if tile[0] in codes])


@area.page("/ask/<code>", needs="recipient")
def when(code: str) -> str:
    """Ask when it is wanted."""
    service = catalogue(viewer().unit_id).get(code)
    if service is None:
        raise NotFound
    days = days_to_choose()
    return render_template(
        "elder/when.html",
        service=service,
        title=_tile_words(code),
        tomorrow=days[0],
        days=days,
        time=part_of_page(_available_minutes),
        minutes=default_minutes(code, viewer().unit_id),
        persons_max=persons_max(viewer().unit_id),
    )


@area.act("/ask/<code>", needs="recipient")
def place(code: str) -> WerkzeugResponse:
    """Ask for it, paid with saved time."""
    command, page = command_of_form(), f"/elder/ask/{code}"
    try:
        body = terms_of_form(viewer().person_id, code)
    except MinutesUnreadableError:
        return back_to_form(page, say("Please say how long as 90, 1:30 or 1 h 30."))
    answered = api().put(f"/v1/redemptions/{command}", body)
    if answered["state"] == "declined":
        return back_to_form(page, words_of(answered["code"]))
    flash.tell(message("We are looking for somebody. You are told who comes."))
    return redirect(f"/elder/orders/{command}", 303)


@area.page("/orders/<uuid:order_id>", needs="recipient")
def order(order_id: UUID) -> str:
    """Show one visit: when, who comes, what to read out at the door."""
    shown = or_nothing(lambda: api().get(f"/v1/orders/{order_id}"))
    if shown is None:
        return render_template("elder/asked.html")
    return render_template(
        "elder/order.html",
        order=shown,
        code=door_code(shown),
        people=people_of([shown]),
        words_of=words_of,
    )


@area.act("/orders/<uuid:order_id>/code", needs="recipient")
def new_code(order_id: UUID) -> WerkzeugResponse:
    """Have another number for the door."""
    renew_door_code(order_id, {})
    return redirect(f"/elder/orders/{order_id}", 303)


@area.act("/orders/<uuid:order_id>/good", needs="recipient")
def confirm(order_id: UUID) -> WerkzeugResponse:
    """Say whether it was good, and agree with the minutes."""
    rating = FACES.get(request.form.get("face", ""), FACES["good"])
    api().post(f"/v1/orders/{order_id}/confirmation", {"rating": rating}, command=command_of_form())
    flash.tell(message("Thank you. It is noted."))
    return redirect("/elder", 303)


@area.act("/orders/<uuid:order_id>/dispute", needs="recipient")
def dispute(order_id: UUID) -> WerkzeugResponse:
    """Say that the minutes are not right."""
    try:
        minutes = read_minutes(request.form.get("says_minutes", ""))
    except MinutesUnreadableError:
        return back_to_form(f"/elder/orders/{order_id}", say("Please say how long as 90, 1:30 or 1 h 30."))
    body = {"says_minutes": minutes, "why": request.form.get("why") or None}
    api().post(f"/v1/orders/{order_id}/dispute", body, command=command_of_form())
    flash.tell(message("Noted. Somebody of the street looks into it and calls you."))
    return redirect(f"/elder/orders/{order_id}", 303)


@area.act("/orders/<uuid:order_id>/nobody-came", needs="recipient")
def report_absent(order_id: UUID) -> WerkzeugResponse:
    """Say that the volunteer did not come."""
    api().post(f"/v1/orders/{order_id}/no-show", {"absent": "volunteer"}, command=command_of_form())
    flash.tell(message("It is noted. The desk calls you."))
    return redirect(f"/elder/orders/{order_id}", 303)


@area.act("/orders/<uuid:order_id>/cancel", needs="recipient")
def cancel(order_id: UUID) -> WerkzeugResponse:
    """Call it off."""
    api().post(f"/v1/orders/{order_id}/cancellation", {"why": None}, command=command_of_form())
    flash.tell(message("It is called off. Time that was set aside is yours again."))
    return redirect("/elder", 303)


@area.page("/not-wanted", needs="recipient")
def not_wanted() -> str:
    """Show who is not to come any more."""
    rows = part_of_page(lambda: not_wanted_of(viewer().person_id))
    people = names(word["volunteer_id"] for word in rows_of(rows))
    return render_template("elder/not_wanted.html", rows=rows, people=people)


@area.act("/not-wanted", needs="recipient")
def set_not_wanted() -> WerkzeugResponse:
    """Say that a volunteer is not to come any more, or may again."""
    save_not_wanted(viewer().person_id, {})
    return redirect("/elder/not-wanted", 303)


@area.page("/time", needs="recipient")
def time() -> str:
    """Show how much time there is, and where it came from and went."""
    wallets = part_of_page(lambda: api().rows("/v1/wallets", person=viewer().person_id))
    since = (now() - timedelta(days=365)).isoformat()
    statement = part_of_page(lambda: api().get("/v1/statements", person=viewer().person_id, **{"from": since}))
    return render_template("elder/time.html", wallets=wallets, statement=statement)


def _recent() -> list[dict[str, Any]]:
    """Return the orders of late and those to come, the next one first."""
    since = (now() - LOOK_BACK).isoformat()
    return api().rows("/v1/orders", person=viewer().person_id, limit=SHOWN_MAX, **{"from": since})


def _available_minutes() -> int:
    wallets = api().rows("/v1/wallets", person=viewer().person_id)
    return sum(int(wallet["available_minutes"]) for wallet in wallets)


def _tile_words(code: str) -> str:
    words = {tile: english for tile, _, english in (*TILES, *MORE_TILES)}
    return say(words[code]) if code in words else service_name(code, viewer().unit_id)
