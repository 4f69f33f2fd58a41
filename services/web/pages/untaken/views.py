"""Help that nobody has taken: wait, another time, or other help; who serves instead, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.asking import days_to_choose, start_of_form
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import people_of
from services.web.kit.viewer import api, now, viewer

area = Area("untaken", __name__, __file__, "/what-now")
SHOWN_MAX = 100
GRANT = "grant"
PHONE = "phone"


@area.page("", needs="refer_order")
def waiting() -> str:
    """List whom to ask what now, and the referrals of which nobody has said what came."""
    unit_id = viewer().unit_of("operator", "coordinator")
    asked = part_of_page(lambda: api().rows("/v1/queues/what_now", unit=unit_id, limit=SHOWN_MAX))
    referred = part_of_page(lambda: api().rows("/v1/queues/referral", unit=unit_id, limit=SHOWN_MAX))
    people = people_of([*rows_of(asked), *rows_of(referred)])
    return render_template("untaken/list.html", asked=asked, referred=referred, people=people)


@area.page("/<uuid:order_id>", needs=SIGNED_IN)
def question(order_id: UUID) -> str:
    """Ask what now: three choices, and for the desk what was said on the telephone."""
    order = _order(order_id)
    return render_template("untaken/question.html", order=order, people=people_of([order]), is_by_phone=_is_desk(order))


@area.page("/<uuid:order_id>/time", needs=SIGNED_IN)
def other_time(order_id: UUID) -> str:
    """Ask for the other day and time."""
    order = _order(order_id)
    return render_template("untaken/time.html", order=order, days=days_to_choose(), is_by_phone=_is_desk(order))


@area.act("/<uuid:order_id>/wait", needs=SIGNED_IN)
def wait(order_id: UUID) -> WerkzeugResponse:
    """Wait until the start."""
    acting = _acting(order := _order(order_id))
    api().post(f"/v1/orders/{order_id}/waiting", acting, command=command_of_form())
    return _answered(order, message("We keep looking until it begins."))


@area.act("/<uuid:order_id>/time", needs=SIGNED_IN)
def change_time(order_id: UUID) -> WerkzeugResponse:
    """Look for somebody at another time."""
    acting = _acting(order := _order(order_id))
    api().post(f"/v1/orders/{order_id}/time", {"start": start_of_form()} | acting, command=command_of_form())
    return _answered(order, message("We look for somebody at that time."))


@area.act("/<uuid:order_id>/refer", needs=SIGNED_IN)
def refer(order_id: UUID) -> WerkzeugResponse:
    """Wait for no volunteer any more."""
    acting = _acting(order := _order(order_id))
    api().post(f"/v1/orders/{order_id}/referral", acting, command=command_of_form())
    return _answered(order, message("We look for other help. You are told who comes."))


@area.page("/<uuid:order_id>/referral", needs=SIGNED_IN)
def referral(order_id: UUID) -> str:
    """Show where help went that nobody took, who serves, and what came of it."""
    order = _order(order_id)
    shown = or_nothing(lambda: api().get(f"/v1/orders/{order_id}/referral"))
    return render_template(
        "untaken/referral.html",
        order=order,
        referral=shown,
        people=people_of([order]),
        days=days_to_choose(),
        is_by_phone=_is_desk(order),
    )


@area.act("/<uuid:order_id>/provider", needs="refer_order")
def name_provider(order_id: UUID) -> WerkzeugResponse:
    """Say who serves instead, and when they come."""
    body = {name: request.form.get(name, "") for name in ("provider", "contact")}
    api().post(f"/v1/orders/{order_id}/referral/provider", body | {"comes": start_of_form()}, command=command_of_form())
    flash.tell(message("Noted. The recipient is told."))
    return redirect(f"/what-now/{order_id}/referral", 303)


@area.act("/<uuid:order_id>/outcome", needs=SIGNED_IN)
def record_outcome(order_id: UUID) -> WerkzeugResponse:
    """Say what came of it."""
    order = _order(order_id)
    body = {"outcome": request.form.get("outcome", ""), "words": request.form.get("said") or None}
    acting = {} if _is_desk(order) else _acting(order)
    api().post(f"/v1/orders/{order_id}/referral/outcome", body | acting, command=command_of_form())
    flash.tell(message("Noted."))
    return redirect(f"/what-now/{order_id}/referral", 303)


def _order(order_id: UUID) -> dict[str, Any]:
    order: dict[str, Any] = api().get(f"/v1/orders/{order_id}")
    return order


def _answered(order: dict[str, Any], noted: str) -> WerkzeugResponse:
    flash.tell(noted)
    if order["recipient_id"] == viewer().person_id:
        return redirect(f"/elder/orders/{order['order_id']}", 303)
    return redirect("/what-now" if _is_staff() else f"/family/{order['recipient_id']}", 303)


def _is_staff() -> bool:
    return bool(viewer().roles & POWERS["refer_order"])


def _is_desk(order: dict[str, Any]) -> bool:
    """Tell whether somebody of the desk brings the recipient's word, as said on the telephone."""
    return _is_staff() and order.get("recipient_id") != viewer().person_id


def _acting(order: dict[str, Any]) -> dict[str, Any]:
    """Return for whom it is done: for oneself, by telephone for who called, or under a right to act.

    Raises:
        Forbidden: no right to act for them.
    """
    recipient_id = order.get("recipient_id")
    if recipient_id == viewer().person_id:
        return {}
    if _is_staff():
        words = request.form.get("words", "")
        consent = {"how": PHONE, "given_at": now().isoformat(), "words": words}
        return {"acting_for": recipient_id, "consent": consent, "why": words}
    for grant in api().rows("/v1/acting-grants", person=viewer().person_id):
        if grant["person_id"] == recipient_id and grant["active"]:
            consent = {"how": GRANT, "given_at": grant["given_at"], "words": grant["grant_id"]}
            return {"acting_for": recipient_id, "consent": consent}
    raise Forbidden
