"""Near me and today, taking, at the door, my hours and my credit, receipts, giving to my family, my calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.carried import page_of_form
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import say
from services.web.kit.lookups import catalogue, names, people_of, service_of, words_of
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.urgent import told_to_me
from services.web.kit.viewer import api, now, viewer
from services.web.pages.volunteer.calendar import calendar_of
from services.web.pages.volunteer.photos import photos_of

area = Area("volunteer", __name__, __file__, "/volunteer")
MINE = ("taken", "in_service")
SHOWN_MAX = 60
WANTED_MAX = 20
LOOK_BACK = timedelta(days=60)
DEVICE = "web"


@area.page("", needs="volunteer")
def near() -> str:
    """Show what one has taken, and what is asked for nearby that one could take; or the rest, with what bars it."""
    mine = part_of_page(_mine)
    show = "barred" if request.args.get("show") == "barred" else "open"
    wanted = part_of_page(lambda: or_nothing(lambda: _wanted(show), 403))
    coming = [order for order in rows_of(mine) if order["state"] in MINE or _waits_for_others(order)]
    return render_template(
        "volunteer/near.html",
        calls=told_to_me(),
        mine=mine,
        coming=coming,
        wanted=wanted,
        show=show,
        people=people_of(coming),
    )


@area.page("/orders/<uuid:order_id>", needs="volunteer")
def order(order_id: UUID) -> str:
    """Show one visit: before taking it, on the way, at the door, afterwards."""
    shown = api().get(f"/v1/orders/{order_id}")
    mine = next((part for part in shown.get("volunteers") or [] if part["person_id"] == viewer().person_id), None)
    person = part_of_page(lambda: _other_side(shown)) if mine and shown["state"] in MINE else None
    return render_template(
        "volunteer/order.html",
        order=shown,
        mine=mine,
        person=person,
        service=catalogue(shown["unit_id"]).get(shown["service"]),
        photos=photos_of(order_id) if mine and mine["checked_in_at"] else None,
    )


@area.act("/orders/<uuid:order_id>/take", needs="volunteer")
def take(order_id: UUID) -> WerkzeugResponse:
    """Take it."""
    api().post(f"/v1/orders/{order_id}/assignment", {}, command=command_of_form())
    return _done(order_id, message("It is yours. The name and the address are below."))


@area.act("/orders/<uuid:order_id>/offer", needs="volunteer")
def answer_offer(order_id: UUID) -> WerkzeugResponse:
    """Say yes or no to an order that was offered to one; no needs no reason."""
    agrees = request.form.get("ok") == "yes"
    answer = "acceptance" if agrees else "refusal"
    api().post(f"/v1/orders/{order_id}/offers/{answer}", {}, command=command_of_form())
    if agrees:
        return _done(order_id, message("It is yours. The name and the address are below."))
    flash.tell(message("Thank you for saying so. Somebody else is asked."))
    return redirect("/volunteer", 303)


@area.act("/orders/<uuid:order_id>/nobody-there", needs="volunteer")
def report_absent(order_id: UUID) -> WerkzeugResponse:
    """Report that nobody opened the door; the desk looks after the person at once."""
    api().post(f"/v1/orders/{order_id}/no-show", {"absent": "recipient"}, command=command_of_form())
    return _done(order_id, message("Reported. The desk looks after it now; your way there is noted."))


@area.act("/orders/<uuid:order_id>/withdraw", needs="volunteer")
def withdraw(order_id: UUID) -> WerkzeugResponse:
    """Give it back."""
    api().post(f"/v1/orders/{order_id}/withdrawal", {"why": request.form.get("why") or None}, command=command_of_form())
    flash.tell(message("Given back. It is offered to others at once."))
    return redirect("/volunteer", 303)


@area.act("/orders/<uuid:order_id>/check-in", needs="volunteer")
def check_in(order_id: UUID) -> WerkzeugResponse:
    """Begin, with the code that is read out at the door."""
    body = {"code": request.form.get("code", "").strip() or None, "place": _place(), "device": DEVICE}
    api().post(f"/v1/orders/{order_id}/check-in", body, command=command_of_form())
    return _done(order_id, message("Checked in. The time runs."))


@area.act("/orders/<uuid:order_id>/check-out", needs="volunteer")
def check_out(order_id: UUID) -> WerkzeugResponse:
    """End."""
    left: dict[str, Any] = {"place": _place(), "device": DEVICE}
    if ticked := [int(point) for point in request.form.getlist("ticked") if point.isdecimal()]:
        left["ticked"] = ticked
    api().post(f"/v1/orders/{order_id}/check-out", left, command=command_of_form())
    return _done(order_id, message("Checked out. Thank you! The recipient now confirms."))


@area.page("/time", needs="volunteer")
def time() -> str:
    """Show the hours served, which are a fact, and the credit, which the rules make of them."""
    person_id = viewer().person_id
    since = (now() - timedelta(days=365)).isoformat()
    statement = part_of_page(lambda: api().get("/v1/statements", person=person_id, **{"from": since}))
    return render_template(
        "volunteer/time.html",
        record=part_of_page(lambda: api().get("/v1/service-records", person=person_id)),
        wallets=part_of_page(lambda: api().rows("/v1/wallets", person=person_id)),
        statement=statement,
        orders=part_of_page(_mine),
        objections=part_of_page(lambda: api().rows("/v1/objections", person=person_id)),
        words_of=words_of,
    )


@area.page("/receipts/<uuid:transfer_id>", needs=("volunteer", "recipient"))
def receipt(transfer_id: UUID) -> str:
    """Show one line of the books, what it stands on, and its receipt."""
    transfer = api().get(f"/v1/transfers/{transfer_id}")
    explanation = part_of_page(
        lambda: or_nothing(lambda: api().get(f"/v1/transfers/{transfer_id}/explanation"), 403, 404)
    )
    proof = part_of_page(lambda: or_nothing(lambda: _proof(transfer_id), 403, 404, 409))
    return render_template("volunteer/receipt.html", transfer=transfer, explanation=explanation, proof=proof)


@area.page("/receipts/<uuid:transfer_id>/file", needs=("volunteer", "recipient"))
def receipt_file(transfer_id: UUID) -> Response:
    """Give the receipt as a file, which anybody can check anywhere."""
    headers = {"Content-Disposition": f'attachment; filename="receipt-{transfer_id}.tlog-proof"'}
    return Response(_proof(transfer_id), mimetype="text/plain", headers=headers)


@area.page("/gift", needs="volunteer")
def gift() -> str:
    """Ask to whom time is given, and how much."""
    return render_template(
        "volunteer/gift.html",
        relatives=part_of_page(_relatives),
        wallets=part_of_page(lambda: api().rows("/v1/wallets", person=viewer().person_id)),
        gifts=part_of_page(lambda: api().rows("/v1/gifts", person=viewer().person_id)),
        words_of=words_of,
    )


@area.act("/gift", needs="volunteer")
def give() -> WerkzeugResponse:
    """Give time to a relative."""
    try:
        minutes = read_minutes(request.form.get("minutes", ""))
    except MinutesUnreadableError:
        return back_to_form("/volunteer/gift", say("Please say how long as 90, 1:30 or 1 h 30."))
    body = {"to": request.form.get("to", ""), "minutes": minutes, "why": request.form.get("why") or None}
    answered = api().put(f"/v1/gifts/{command_of_form()}", body)
    if answered["state"] == "declined":
        return back_to_form("/volunteer/gift", words_of(answered["code"]))
    flash.tell(message("Given. It is in the other's hands now."))
    return redirect("/volunteer/gift", 303)


@area.page("/calendar.ics", needs="volunteer")
def calendar() -> Response:
    """Give one's visits to come as a calendar file."""
    coming = [order for order in _mine() if order["state"] in MINE]
    entries = [(order, service_of(order), order.get("unit_name") or "") for order in coming]
    return Response(calendar_of(entries, now=now()), mimetype="text/calendar")


def _mine() -> list[dict[str, Any]]:
    since = (now() - LOOK_BACK).isoformat()
    return api().rows("/v1/orders", person=viewer().person_id, limit=SHOWN_MAX, **{"from": since})


def _waits_for_others(order: dict[str, Any]) -> bool:
    """Tell whether one has taken an order that still looks for others."""
    parts = order.get("volunteers") or []
    return order["state"] == "published" and any(part["person_id"] == viewer().person_id for part in parts)


def _wanted(show: str) -> dict[str, Any]:
    cursor = request.args.get("cursor") or None
    page: dict[str, Any] = api().get("/v1/matches/orders", show=show, limit=WANTED_MAX, cursor=cursor)
    return page


def _other_side(order: dict[str, Any]) -> dict[str, Any] | None:
    shown: dict[str, Any] | None = or_nothing(lambda: api().get(f"/v1/persons/{order['recipient_id']}"), 403, 404)
    return shown


def _relatives() -> list[tuple[str, str, str]]:
    """Return who is related: id, name, how."""
    own = viewer().person_id
    rows = [row for row in api().rows("/v1/relations", person=own) if row["active"] and row["verified"]]
    others = [(row["relative_id"] if row["person_id"] == own else row["person_id"], row) for row in rows]
    grants = {grant["person_id"]: grant["names"] for grant in api().rows("/v1/acting-grants", person=own)}
    known = names(person_id for person_id, _ in others)
    return [
        (person_id, known.get(person_id) or grants.get(person_id, {}).get("zh", ""), row["kind"])
        for person_id, row in others
    ]


def _proof(transfer_id: UUID) -> str:
    return api().answer("GET", f"/v1/receipts/{transfer_id}").body.decode()


def _place() -> dict[str, str] | None:
    latitude, longitude = request.form.get("latitude", ""), request.form.get("longitude", "")
    return {"latitude": latitude, "longitude": longitude} if latitude and longitude else None


def _done(order_id: UUID, english: str) -> WerkzeugResponse:
    flash.tell(english)
    return redirect(page_of_form(f"/volunteer/orders/{order_id}"), 303)
