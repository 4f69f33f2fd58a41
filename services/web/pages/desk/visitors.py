"""Who visits somebody on the visit list: found by name, and assigned for half a year."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import names
from services.web.kit.viewer import api

area = Area("visitors", __name__, __file__, "/desk/visits")
WORDS_MAX = 60


@area.page("/<uuid:person_id>/visitor", needs="record_visit")
def visitor(person_id: UUID) -> str:
    """Let a visitor be found by name."""
    words = request.args.get("q", "").strip()[:WORDS_MAX]
    people = part_of_page(lambda: api().rows("/v1/persons", q=words)) if words else []
    return render_template(
        "desk/visitor.html",
        person_id=person_id,
        name=names([str(person_id)])[str(person_id)],
        words=words,
        rows=people,
        called=names(row["person_id"] for row in rows_of(people)),
    )


@area.act("/<uuid:person_id>/visitor", needs="record_visit")
def assign(person_id: UUID) -> WerkzeugResponse:
    """Say who visits somebody; nobody in particular where none is chosen."""
    body = {"visitor_id": request.form.get("visitor_id") or None}
    api().post(f"/v1/visit-plans/{person_id}/visitor", body, command=command_of_form())
    flash.tell(message("Recorded."))
    return redirect("/desk/visits", 303)
