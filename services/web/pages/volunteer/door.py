"""At the door, also without a network: visits on a page that a telephone keeps, and what it signed there."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, render_template, request
from flask_wtf.csrf import generate_csrf

from libs.ids import new_id
from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit.areas import PUBLIC, Area
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.i18n import is_chinese, say
from services.web.kit.lookups import words_of
from services.web.kit.viewer import api, now, viewer, web

area = Area("door", __name__, __file__)
MINE = ("taken", "in_service")
LOOK_BACK, LOOK_AHEAD = timedelta(days=2), timedelta(hours=36)
VISITS_MAX = 10
LISTED_MAX = 60
ADVICE = {
    "nothing": "",
    "send_again": message("It is sent again by itself."),
    "send_check_in": message("It waits until the check-in is there."),
    "late_entry": message("If you did serve, ask your coordinator to enter it from a paper slip."),
}
TAKEN = message("Counted. Because it was done without a network, a coordinator looks at it.")


@area.page("/door", needs="volunteer")
def today() -> str:
    """Show the visits of these days, each with what is done at its door."""
    mine = part_of_page(_visits)
    visits = [(order, _part(order)) for order in rows_of(mine)]
    sides = part_of_page(_other_sides) if visits else {}
    return render_template("volunteer/door.html", mine=mine, visits=visits, sides=sides)


@area.page("/door/state", needs="volunteer")
def state() -> Response:
    """Tell the page that there is a network and who is signed in; the programme's time, and a token to send with."""
    return _json({"csrf": generate_csrf(), "person": viewer().person_id, "now": now().isoformat()})


@area.act("/door/device", needs="volunteer")
def device() -> Response:
    """Register the public key of this device for whoever is signed in."""
    sent = request.get_json(silent=True)
    key = sent.get("public_key") if isinstance(sent, dict) else None
    return _asked("/v1/me/devices", {"public_key": key})


@area.act("/door/acts", needs="volunteer")
def acts() -> Response:
    """Send what this device signed; answer in words what became of each."""
    sent = request.get_json(silent=True)
    answer = _asked("/v1/door-acts", {"acts": sent.get("acts") if isinstance(sent, dict) else None})
    if answer.status_code == 200:
        answered = json.loads(answer.get_data())
        return _json({"items": [result | {"words": _in_words(result)} for result in answered["items"]]})
    return answer


@area.page("/app.webmanifest", needs=PUBLIC)
def manifest() -> Response:
    """Say how the page at the door is put on a telephone's first screen."""
    icon = {"src": "/assets/mark.svg", "sizes": "any", "type": "image/svg+xml"}
    said = {
        "name": web().parts.programme_name,
        "short_name": web().parts.programme_name[:12],
        "id": "/door",
        "start_url": "/door",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f8f4ec",
        "theme_color": "#0f5c56",
        "icons": [icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
    }
    return Response(json.dumps(said, ensure_ascii=False), mimetype="application/manifest+json")


@area.page("/service-worker.js", needs=PUBLIC)
def service_worker() -> Response:
    """Give the script that keeps the page at the door; at the root, so that it may keep that page."""
    return current_app.send_static_file("service-worker.js")


def _asked(path: str, body: dict[str, Any]) -> Response:
    """Ask the API and give its answer, or its refusal in words, to the script of the page."""
    try:
        return _json(api().post(path, body, command=new_id()))
    except ProblemError as error:
        return _json({"code": error.code, "words": words_of(error.code)}, status=error.status)


def _in_words(result: dict[str, Any]) -> str:
    if result["result"] == "done":
        return say(TAKEN)
    advice = ADVICE.get(result["advice"], "")
    ending = "。" if is_chinese() else ". "
    reason = f"{words_of(result['code'])}{ending}" if result["code"] else ""
    return f"{reason}{say(advice) if advice else ''}".strip()


def _json(document: object, *, status: int = 200) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), status=status, mimetype="application/json")


def _visits() -> list[dict[str, Any]]:
    since = (now() - LOOK_BACK).isoformat()
    rows = api().rows("/v1/orders", person=viewer().person_id, limit=LISTED_MAX, **{"from": since})
    until = now() + LOOK_AHEAD
    near = [order for order in rows if order["state"] in MINE and datetime.fromisoformat(order["start"]) <= until]
    return [order for order in near if _part(order) is not None][:VISITS_MAX]


def _part(order: dict[str, Any]) -> dict[str, Any] | None:
    return next((part for part in order.get("volunteers") or [] if part["person_id"] == viewer().person_id), None)


def _other_sides() -> dict[str, dict[str, Any]]:
    """Return to whom the viewer goes, by one question; nobody where the viewer may not know."""
    rows = or_nothing(lambda: api().rows("/v1/me/order-sides"), 403) or []
    return {row["person_id"]: row for row in rows}
