"""Whom nothing reaches: the desk calls, and notes what came of it; and what everybody was told."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import say
from services.web.kit.lookups import names, people_of
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.viewer import api, viewer

area = Area("call_list", __name__, __file__)
SHOWN_MAX = 100


@area.page("/calls/list", needs="work_call_list")
def call_list() -> str:
    """Show whom to call, what begins first on top."""
    unit_id = viewer().unit_of("operator", "coordinator")
    calls = part_of_page(lambda: api().rows("/v1/call-list", unit=unit_id, limit=SHOWN_MAX))
    return render_template("calls/list.html", calls=calls, people=names(row["person_id"] for row in rows_of(calls)))


@area.act("/calls/list/<uuid:notice_id>", needs="work_call_list")
def note_call(notice_id: UUID) -> WerkzeugResponse:
    """Note what came of a call."""
    body = {"outcome": request.form.get("outcome", "")}
    api().post(f"/v1/call-list/{notice_id}/outcome", body, command=command_of_form())
    flash.tell(message("Noted."))
    return redirect("/calls/list", 303)


@area.page("/calls/sample", needs="call_back")
def sample() -> str:
    """Show the drawn visits whose recipients are to be called."""
    unit_id = viewer().unit_of("operator")
    orders = part_of_page(lambda: api().rows("/v1/queues/sample", unit=unit_id, limit=SHOWN_MAX))
    return render_template("calls/sample.html", orders=orders, people=people_of(rows_of(orders)))


@area.act("/calls/sample/<uuid:order_id>", needs="call_back")
def note_sample(order_id: UUID) -> WerkzeugResponse:
    """Note what the recipient of a drawn visit says."""
    given = request.form.get("minutes", "").strip()
    try:
        minutes = read_minutes(given) if given else None
    except MinutesUnreadableError:
        return back_to_form("/calls/sample", say("Please say how long as 90, 1:30 or 1 h 30."))
    body = {"outcome": request.form.get("outcome", ""), "minutes": minutes}
    api().post(f"/v1/orders/{order_id}/sample-call", body, command=command_of_form())
    flash.tell(message("Noted."))
    return redirect("/calls/sample", 303)


@area.page("/messages", needs=SIGNED_IN)
def messages() -> str:
    """Show what the viewer was told of their visits."""
    found = part_of_page(lambda: api().rows("/v1/me/notices", limit=SHOWN_MAX))
    return render_template("calls/messages.html", notices=found)
