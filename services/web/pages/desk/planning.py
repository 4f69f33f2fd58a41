"""Who could help: for one order, and for all open orders of a day; what is chosen becomes offers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.clock import local_date
from libs.translation import message
from services.web.clients.transport import COSTLY_SECONDS
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.carried import page_of_form
from services.web.kit.closed import part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import names, service_name
from services.web.kit.viewer import api, now, viewer

area = Area("planning", __name__, __file__, "/desk/planning")
DAYS = 7
COSTLY = (b"POST /desk/planning/proposal ",)
"""What is worked on apart from the other pages."""


@area.page("", needs="offer_order")
def planning() -> str:
    """Ask which day is to be planned."""
    return render_template(
        "desk/planning.html", days=_days(), day=None, plan=None, people={}, service_named=_service_named
    )


@area.act("/proposal", needs="offer_order")
def propose() -> str:
    """Show who could go where on a day: a proposal that binds nobody."""
    body = {"unit": viewer().unit_of("coordinator"), "day": request.form.get("day", "")}
    plan = api().answer("POST", "/v1/matches/plan", body=body, seconds=COSTLY_SECONDS).document()
    visits = [visit for day in plan["volunteers"] for visit in day["visits"]]
    wanted = [day["person_id"] for day in plan["volunteers"]]
    people = names([*wanted, *(visit["recipient_id"] for visit in [*visits, *plan["unfilled"]])])
    return render_template(
        "desk/planning.html", days=_days(), day=body["day"], plan=plan, people=people, service_named=_service_named
    )


@area.page("/orders/<uuid:order_id>", needs="offer_order")
def volunteers(order_id: UUID) -> str:
    """Show who could help with an order, who fits best first, with the reasons in words."""
    order = api().get(f"/v1/orders/{order_id}")
    matches = part_of_page(lambda: api().get("/v1/matches", order=str(order_id)))
    offers = order.get("offers") or []
    candidates = matches["items"] if isinstance(matches, dict) else []
    people = names(
        [order["recipient_id"], *(row["person_id"] for row in candidates), *(offer["to"] for offer in offers)]
    )
    return render_template("desk/volunteers.html", order=order, matches=matches, offers=offers, people=people)


@area.act("/offers", needs="offer_order")
def send_offers() -> WerkzeugResponse:
    """Offer what was chosen; whoever is asked answers as they like."""
    offers = [_offer(text) for text in dict.fromkeys(request.form.getlist("offer"))]
    if not offers:
        flash.tell(message("Nobody was chosen."))
        return redirect(page_of_form("/desk/planning"), 303)
    rows = api().post("/v1/matches/plan/offers", {"offers": offers}, command=command_of_form())["items"]
    skipped = [row for row in rows if row["result"] == "skipped"]
    if skipped:
        flash.tell(message("Not all could be offered: somebody was faster, or a rule bars it. The others are."))
    else:
        flash.tell(message("Offered. Whoever says yes first has it."))
    return redirect(page_of_form("/desk/planning"), 303)


def _service_named(code: str) -> str:
    return service_name(code, viewer().unit_of("coordinator"))


def _offer(text: str) -> dict[str, Any]:
    order_id, _, to = text.partition("|")
    return {"order_id": order_id, "to": to}


def _days() -> list[date]:
    today = local_date(now())
    return [today + timedelta(days=ahead) for ahead in range(DAYS)]
