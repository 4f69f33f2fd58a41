"""Activities to sign up for, and the rounds one has taken, with their stops to tick."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import names
from services.web.kit.viewer import api, now, viewer

area = Area("activities", __name__, __file__, "/volunteer/activities")
SHOWN_MAX = 60
ON_THE_WAY = ("taken", "in_service")


@area.page("", needs="volunteer")
def activities() -> str:
    """Show what comes at venues of the city, and one's own rounds."""
    shown = part_of_page(lambda: api().rows("/v1/activities", limit=SHOWN_MAX, **{"from": now().isoformat()}))
    rounds = part_of_page(_rounds)
    people = names(stop["recipient_id"] for way in rows_of(rounds) for stop in way["stops"])
    return render_template("volunteer/activities.html", activities=shown, rounds=rounds, people=people)


def _rounds() -> list[dict[str, Any]]:
    since = (now() - timedelta(days=1)).isoformat()
    mine = api().rows("/v1/orders", person=viewer().person_id, **{"from": since})
    ways = [order for order in mine if order["kind"] == "round" and order["state"] in ON_THE_WAY]
    return [order | api().get(f"/v1/rounds/{order['order_id']}") for order in ways]


@area.act("/<uuid:activity_id>", needs="volunteer")
def sign_up(activity_id: UUID) -> WerkzeugResponse:
    """Take a seat, or wait for one."""
    signed = api().put(f"/v1/activities/{activity_id}/sign-ups/{command_of_form()}", {})
    if signed["waits_as"] is None:
        flash.tell(message("You are signed up. Check in with the code that is shown there."))
    else:
        flash.tell(message("It is full: you wait, and are told when a place becomes free."))
    return redirect("/volunteer/activities", 303)


@area.act("/<uuid:activity_id>/withdrawal", needs="volunteer")
def give_up(activity_id: UUID) -> WerkzeugResponse:
    """Give one's seat up, or wait no more."""
    api().post(f"/v1/activities/{activity_id}/withdrawal", {}, command=command_of_form())
    flash.tell(message("You do not come. Somebody else can."))
    return redirect("/volunteer/activities", 303)


@area.act("/rounds/<uuid:order_id>/<uuid:stop_id>", needs="volunteer")
def tick(order_id: UUID, stop_id: UUID) -> WerkzeugResponse:
    """Tick a stop."""
    body = {"outcome": request.form.get("outcome", ""), "words": request.form.get("words") or None}
    body |= {"how": request.form.get("how", "door")}
    api().post(f"/v1/rounds/{order_id}/stops/{stop_id}/tick", body, command=command_of_form())
    return redirect(f"/volunteer/activities#stop-{stop_id}", 303)
