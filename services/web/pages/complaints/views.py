"""The complaints of a unit, oldest first, and the answer with its reason."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import names
from services.web.kit.viewer import api, viewer

area = Area("complaints", __name__, __file__, "/complaints")
ANSWER = "answer_complaint"
STATES = ("open", "upheld", "rejected")


@area.page("", needs=ANSWER)
def complaints() -> str:
    """Show the complaints of a unit and below."""
    asked = request.args.get("state")
    state = asked if asked in STATES else "open"
    unit = viewer().unit_of(*sorted(POWERS[ANSWER]))
    rows = part_of_page(lambda: list(api().all_rows("/v1/complaints", unit=unit, state=state)))
    hands = (row[field] for row in rows_of(rows) for field in ("person_id", "filed_by", "answered_by"))
    return render_template("complaints/complaints.html", rows=rows, state=state, states=STATES, people=names(hands))


@area.act("/<uuid:complaint_id>/answer", needs=ANSWER)
def answer(complaint_id: UUID) -> WerkzeugResponse:
    """Answer; upheld, one about a suspension ends it."""
    body = {"upheld": request.form.get("upheld") == "yes", "reason": request.form.get("reason", "").strip()}
    api().post(f"/v1/complaints/{complaint_id}/answer", body, command=command_of_form())
    flash.tell(message("Answered. Who complained reads your reason."))
    return redirect("/complaints", 303)
