"""A volunteer stopped for a day: who is, why, and the form that does it."""

from __future__ import annotations

from datetime import datetime
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

area = Area("stops", __name__, __file__, "/desk/stops")
SHOWN_MAX = 100


@area.page("", needs="stop_volunteer")
def stops() -> str:
    """Show who was stopped here lately, and ask why somebody is to be."""
    unit_id = viewer().unit_of("coordinator", "district_admin")
    listed = part_of_page(lambda: api().rows("/v1/volunteer-stops", unit=unit_id, limit=SHOWN_MAX))
    chosen = _id_of(request.args.get("volunteer"))
    people = names([*(stop["volunteer_id"] for stop in rows_of(listed)), *_staff(rows_of(listed)), chosen])
    return render_template(
        "desk/stops.html",
        stops=listed,
        holds={stop["stop_id"]: _holds(stop) for stop in rows_of(listed)},
        people=people,
        chosen=chosen,
        order_id=_id_of(request.args.get("order")),
    )


@area.act("", needs="stop_volunteer")
def stop() -> WerkzeugResponse:
    """Stop a volunteer for a day."""
    body = {"volunteer_id": request.form.get("volunteer_id", ""), "why": request.form.get("why", "")}
    api().put(f"/v1/volunteer-stops/{command_of_form()}", body)
    flash.tell(message("Stopped for 24 hours. What was taken until then is open to others."))
    return redirect("/desk/stops", 303)


@area.act("/<uuid:stop_id>/lifting", needs="stop_volunteer")
def lift(stop_id: UUID) -> WerkzeugResponse:
    """Let a volunteer serve again."""
    api().post(
        f"/v1/volunteer-stops/{stop_id}/lifting", {"why": request.form.get("why", "")}, command=command_of_form()
    )
    flash.tell(message("Lifted. What was opened to others stays open."))
    return redirect("/desk/stops", 303)


def _holds(stop: dict[str, Any]) -> bool:
    return stop["lifted_at"] is None and datetime.fromisoformat(stop["ends_at"]) > now()


def _staff(stops: list[dict[str, Any]]) -> list[str | None]:
    return [stop.get(name) for stop in stops for name in ("stopped_by", "lifted_by")]


def _id_of(text: str | None) -> str | None:
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None
