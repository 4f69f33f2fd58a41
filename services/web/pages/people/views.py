"""Find somebody, and let two people reset a second factor that was lost."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import by_language
from services.web.kit.lookups import names
from services.web.kit.viewer import api, viewer

area = Area("people", __name__, __file__, "/people")
POWER = "reset_second_factor"
WORDS_MAX = 60
WHY = "second factor"
"""Why the page looks at somebody: it stands in the log that they see."""


@area.page("", needs=POWER)
def people() -> WerkzeugResponse | str:
    """Find somebody."""
    words = request.args.get("q", "").strip()[:WORDS_MAX]
    found = part_of_page(lambda: api().rows("/v1/persons", q=words)) if words else []
    if len(rows_of(found)) == 1:
        return redirect(f"/people/{rows_of(found)[0]['person_id']}", 303)
    return render_template("people/people.html", words=words, found=found)


@area.page("/<uuid:person_id>", needs=POWER)
def person(person_id: UUID) -> str:
    """Show somebody, and what was proposed about their second factor."""
    shown = api().get(f"/v1/persons/{person_id}", why=WHY)
    resets = part_of_page(lambda: api().rows(f"/v1/persons/{person_id}/second-factor-resets"))
    hands = (hand for row in rows_of(resets) for hand in (row["proposed_by"], row["decided_by"]))
    return render_template(
        "people/person.html",
        person=shown,
        name=by_language(shown.get("names")),
        resets=resets,
        waits=any(row["state"] == "proposed" for row in rows_of(resets)),
        people=names(hands),
        own=viewer().person_id,
    )


@area.act("/<uuid:person_id>/second-factor-resets", needs=POWER)
def propose_reset(person_id: UUID) -> WerkzeugResponse:
    """Propose that a second factor that was lost ends."""
    api().put(f"/v1/persons/{person_id}/second-factor-resets/{command_of_form()}", {})
    flash.tell(message("Proposed. Another member of staff above this person decides."))
    return redirect(f"/people/{person_id}", 303)


@area.act("/<uuid:person_id>/second-factor-resets/<uuid:reset_id>/decision", needs=POWER)
def decide_reset(person_id: UUID, reset_id: UUID) -> WerkzeugResponse:
    """Say yes or no to what another proposed."""
    agrees = request.form.get("ok") == "yes"
    path = f"/v1/persons/{person_id}/second-factor-resets/{reset_id}/decision"
    api().post(path, {"ok": agrees, "why": request.form.get("why", "")}, command=command_of_form())
    flash.tell(message("Decided: yes.") if agrees else message("Decided: no."))
    return redirect(f"/people/{person_id}", 303)
