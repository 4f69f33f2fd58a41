"""Who is on leave and who stands in: named, accepted, ended early; and at whose desk one works just now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Role
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.navigation import start_of
from services.web.kit.viewer import api, choose_desk, viewer

area = Area("away", __name__, __file__, "/away")
NEEDS = "name_deputy"
SHOWN_MAX = 100
ROLES = (Role.COORDINATOR, Role.CHECKER, Role.DISTRICT_ADMIN, Role.CITY_ADMIN)
REASONS = ("leave", "training", "other_work", "personal")
WAITS = ("proposed",)
HOLDS = ("accepted", "in_force")


@area.page("", needs=NEEDS)
def away() -> str:
    """Show who is away and who stands in, what waits for one's own word, and ask who is to stand in for oneself."""
    mine = part_of_page(lambda: api().rows("/v1/deputies", limit=SHOWN_MAX))
    here = part_of_page(lambda: api().rows("/v1/deputies", unit=viewer().unit_of(*ROLES), limit=SHOWN_MAX))
    listed = {row["deputyship_id"]: row for row in [*rows_of(here), *rows_of(mine)]}
    grants = [held for held in viewer().me.get("roles", []) if _is_own(held)]
    chosen = request.args.get("grant") or next((held["grant_id"] for held in grants), None)
    return render_template(
        "away/away.html",
        is_closed=rows_of(mine) is not mine or rows_of(here) is not here,
        now_away=[row for row in listed.values() if row["state"] in (*WAITS, *HOLDS)],
        over=[row for row in listed.values() if row["state"] not in (*WAITS, *HOLDS)][:10],
        grants=grants,
        chosen=chosen,
        candidates=part_of_page(lambda: api().rows("/v1/deputies/candidates", grant=chosen)) if chosen else [],
        reasons=REASONS,
    )


@area.act("", needs=NEEDS)
def name() -> WerkzeugResponse:
    """Name who is to stand in."""
    fields = ("grant_id", "deputy_id", "begins_on", "ends_on", "reason")
    api().put(f"/v1/deputies/{command_of_form()}", {field: request.form.get(field, "") for field in fields})
    flash.tell(message("Named. It counts when they accept, or somebody above does."))
    return redirect("/away", 303)


@area.act("/<uuid:deputyship_id>/decision", needs=NEEDS)
def decide(deputyship_id: UUID) -> WerkzeugResponse:
    """Accept to stand in, or decline."""
    body = {"ok": request.form.get("ok") == "yes", "why": request.form.get("why") or None}
    api().post(f"/v1/deputies/{deputyship_id}/decision", body, command=command_of_form())
    flash.tell(message("Your word is recorded."))
    return redirect("/away", 303)


@area.act("/<uuid:deputyship_id>/end", needs=NEEDS)
def end(deputyship_id: UUID) -> WerkzeugResponse:
    """End it early, or take it back."""
    api().delete(f"/v1/deputies/{deputyship_id}", command=command_of_form())
    flash.tell(message("Ended. What was signed stays signed."))
    return redirect("/away", 303)


@area.act("/desk", needs=NEEDS)
def work_at() -> WerkzeugResponse:
    """Work at the desk of somebody who is away, or at one's own again."""
    choose_desk(request.form.get("unit_id", ""))
    return redirect(start_of(viewer().roles), 303)


def _is_own(held: dict[str, Any]) -> bool:
    is_deputised = held["role"] in (Role.COORDINATOR, Role.CHECKER, Role.DISTRICT_ADMIN)
    return held.get("state") == "held" and is_deputised and not held.get("lent_by_id")
