"""Whom a volunteer visits, by when, and what they found there."""

from __future__ import annotations

from flask import redirect, render_template
from werkzeug.wrappers import Response as WerkzeugResponse

from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.lookups import names
from services.web.kit.viewer import api
from services.web.kit.visits import FINDINGS, put_visit

area = Area("own_visits", __name__, __file__, "/volunteer/visits")


@area.page("", needs="volunteer")
def visits() -> str:
    """Show whom one visits, those due first on top."""
    plans = part_of_page(lambda: list(api().all_rows("/v1/visit-plans/mine")))
    people = names(plan["person_id"] for plan in rows_of(plans))
    return render_template("volunteer/visits.html", plans=plans, people=people, findings=FINDINGS)


@area.act("", needs="volunteer")
def record_visit() -> WerkzeugResponse:
    """Record that somebody was seen, or did not answer."""
    put_visit()
    return redirect("/volunteer/visits", 303)
