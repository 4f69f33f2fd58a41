"""Second checks and disputes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import Closed, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.findings import add_findings
from services.web.kit.i18n import say
from services.web.kit.lookups import people_of
from services.web.kit.refusing import back_to_form
from services.web.kit.spoken import MinutesUnreadableError, read_minutes
from services.web.kit.viewer import api, viewer

area = Area("street", __name__, __file__, "/street")


@area.page("", needs="second_check")
def checks() -> str:
    """Show what waits for a second pair of eyes, and what is in dispute."""
    second, disputes = _waiting("second_check"), _waiting("dispute")
    add_findings(rows_of(second), "second_check", viewer().unit_of("checker"))
    add_findings(rows_of(disputes), "dispute", viewer().unit_of("checker"))
    return render_template(
        "street/checks.html",
        second=second,
        disputes=disputes,
        people=people_of([*rows_of(second), *rows_of(disputes)]),
    )


@area.act("/orders/<uuid:order_id>/second-check", needs="second_check")
def second_check(order_id: UUID) -> WerkzeugResponse:
    """Settle or refuse what one person has signed."""
    passes = request.form.get("ok") == "yes"
    body = {"ok": passes, "why": request.form.get("why") or None}
    api().post(f"/v1/orders/{order_id}/second-check", body, command=command_of_form())
    flash.tell(message("Settled.") if passes else message("Refused. Both sides are told, with your reason."))
    return redirect("/street", 303)


@area.act("/orders/<uuid:order_id>/decision", needs="decide_dispute")
def decide(order_id: UUID) -> WerkzeugResponse:
    """Decide a dispute with the minutes that count."""
    given = request.form.get("minutes", "").strip()
    try:
        minutes = 0 if given == "0" else read_minutes(given)
    except MinutesUnreadableError:
        return back_to_form("/street", say("Please say how long as 90, 1:30 or 1 h 30."))
    body = {"minutes": minutes, "why": request.form.get("why", "")}
    api().post(f"/v1/orders/{order_id}/decision", body, command=command_of_form())
    flash.tell(message("Decided. Both sides are told, with your reason."))
    return redirect("/street", 303)


def _waiting(name: str) -> list[dict[str, Any]] | Closed:
    return part_of_page(lambda: api().rows(f"/v1/queues/{name}", unit=viewer().unit_of("checker")))
