"""Venues of a unit: the code shown there, activities and who comes to help, and rounds."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.asking import start_of_form
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import catalogue, names, service_name
from services.web.kit.spoken import read_minutes
from services.web.kit.viewer import api, now, viewer

area = Area("venues", __name__, __file__, "/desk/venues")
POWER = "run_venue"
KINDS = ("canteen", "day_centre", "neighbour_point", "other")
SHOWN_MAX = 60
ACTIVITIES_MAX = 20
"""Each is asked for with who comes."""


@area.page("", needs=POWER)
def venues() -> str:
    """Show the venues of one's unit and what comes there; the code of one that is asked for."""
    unit_id = viewer().unit_of("coordinator")
    listed = part_of_page(lambda: api().rows("/v1/venues", unit=unit_id, limit=SHOWN_MAX))
    since = {"from": now().isoformat()}
    shown = part_of_page(lambda: api().rows("/v1/activities", unit=unit_id, limit=ACTIVITIES_MAX, **since))
    whole = [api().get(f"/v1/activities/{row['activity_id']}") for row in rows_of(shown)]
    wanted = request.args.get("code", "")
    of_unit = {row["venue_id"] for row in rows_of(listed)}
    code = api().get(f"/v1/venues/{wanted}/station-code") if wanted in of_unit else None
    plans = part_of_page(lambda: api().rows("/v1/visit-plans", unit=unit_id, limit=SHOWN_MAX))
    people = names(
        [
            *(seat["volunteer_id"] for row in whole for seat in [*row.get("people", []), *row.get("waiters", [])]),
            *(plan["person_id"] for plan in rows_of(plans)),
        ]
    )
    return render_template(
        "desk/venues.html",
        venues=listed,
        activities=whole,
        code=code,
        code_of=wanted,
        kinds=KINDS,
        plans=rows_of(plans),
        people=people,
        services=[
            (name, service_name(name, unit_id))
            for name, service in catalogue(unit_id).items()
            if "programme" in service["funding"]
        ],
    )


@area.act("", needs=POWER)
def register_venue() -> WerkzeugResponse:
    """Register a venue of one's unit."""
    said = {name: request.form.get(name, "") for name in ("kind", "name", "address")}
    body = said | {"unit_id": viewer().unit_of("coordinator"), "capacity": int(request.form.get("capacity") or 0)}
    api().put(f"/v1/venues/{command_of_form()}", body)
    flash.tell(message("The place is registered."))
    return redirect("/desk/venues", 303)


@area.act("/<uuid:venue_id>/closing", needs=POWER)
def close_venue(venue_id: UUID) -> WerkzeugResponse:
    """Close a venue: nothing new is planned there."""
    api().post(f"/v1/venues/{venue_id}/closing", {}, command=command_of_form())
    flash.tell(message("The place is closed. What is planned there stays."))
    return redirect("/desk/venues", 303)


@area.act("/activities", needs=POWER)
def plan_activity() -> WerkzeugResponse:
    """Open an activity for volunteers to sign up."""
    body = {name: request.form.get(name, "") for name in ("venue_id", "title", "service")} | {
        "start": start_of_form(),
        "minutes": read_minutes(request.form.get("minutes", "")),
        "seats": int(request.form.get("seats") or 0),
    }
    api().put(f"/v1/activities/{command_of_form()}", body)
    flash.tell(message("Volunteers can sign up now."))
    return redirect("/desk/venues", 303)


@area.act("/activities/<uuid:activity_id>/closing", needs=POWER)
def close_activity(activity_id: UUID) -> WerkzeugResponse:
    """Close what has begun: who did not come was absent."""
    api().post(f"/v1/activities/{activity_id}/closing", {}, command=command_of_form())
    flash.tell(message("Closed. Who did not come was absent."))
    return redirect("/desk/venues", 303)


@area.act("/activities/<uuid:activity_id>/cancellation", needs=POWER)
def cancel_activity(activity_id: UUID) -> WerkzeugResponse:
    """Call an activity off."""
    body = {"why": request.form.get("why", "")}
    api().post(f"/v1/activities/{activity_id}/cancellation", body, command=command_of_form())
    flash.tell(message("Cancelled. Who had signed up is told."))
    return redirect("/desk/venues", 303)


@area.act("/rounds", needs=POWER)
def plan_round() -> WerkzeugResponse:
    """Open a round to the people who were chosen."""
    people = request.form.getlist("person")
    if not people:
        flash.tell(message("Nobody was chosen."))
        return redirect("/desk/venues", 303)
    body = {
        "unit_id": viewer().unit_of("coordinator"),
        "venue_id": request.form.get("venue_id") or None,
        "service": request.form.get("service", ""),
        "start": start_of_form(),
        "minutes": read_minutes(request.form.get("minutes", "")),
        "recipient_ids": people,
    }
    api().put(f"/v1/rounds/{command_of_form()}", body)
    flash.tell(message("The round is open: one volunteer can take it."))
    return redirect(f"/desk/rounds/{command_of_form()}/sheet", 303)
