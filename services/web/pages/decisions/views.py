"""What waits for a second person: who proposed it, since when, until when; and the second word."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.carried import page_of_form
from services.web.kit.closed import part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import names
from services.web.kit.viewer import api, viewer
from services.web.pages.decisions.matters import BY_KIND, DECIDERS, hours_of, of_unit

area = Area("decisions", __name__, __file__, "/decisions")
STAFF = tuple(sorted(POWERS["view_person"]))


@area.page("", needs=DECIDERS)
def decisions() -> str:
    """Show everything that waits for two people in the viewer's unit and below."""
    unit = viewer().unit_of(*STAFF)
    matters = of_unit(unit)
    hours = part_of_page(lambda: hours_of(unit))
    fields = ("person_id", "proposed_by", "receiver_id", "relative_id", "to_person_id")
    return render_template(
        "decisions/decisions.html",
        matters=matters,
        hours=hours,
        people=names(row.get(field) for row in matters.rows for field in fields),
        own=viewer().person_id,
    )


@area.act("/<kind>/<uuid:matter_id>", needs=DECIDERS)
def decide(kind: str, matter_id: UUID) -> WerkzeugResponse:
    """Say yes or no as the second person."""
    matter = BY_KIND.get(kind)
    if matter is None:
        raise NotFound
    others = {name: _id(name) for name in ("person", "death") if f"{{{name}}}" in matter.decision}
    agrees = request.form.get("ok") == "yes"
    if kind == "relation-end" and agrees:
        api().delete(matter.decision.format(id=matter_id), command=command_of_form())
        flash.tell(message("It has ended."))
        return redirect(page_of_form("/decisions"), 303)
    body = {"ok": agrees, "why": request.form.get("why", "").strip()}
    api().post(matter.decision.format(id=matter_id, **others), body, command=command_of_form())
    flash.tell(message("Decided: yes.") if agrees else message("Decided: no."))
    return redirect(page_of_form("/decisions"), 303)


def _id(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise NotFound from None
