"""The district's credit: the public pool, this month's grants, months closed, and what was wrong taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Role
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.forms import Field, FieldUnreadableError, Form, Kind, holds, send, show
from services.web.kit.lookups import names, words_of
from services.web.kit.refusing import back_to_form
from services.web.kit.units import districts_of
from services.web.kit.viewer import api, viewer
from services.web.pages.district.views import STAFF
from services.web.pages.people.forms import MINUTES, WAITS, WHY

area = Area("credit", __name__, __file__, "/district/credit")
FORMS = {
    form.name: form
    for form in (
        Form(
            "pool",
            message("Fund the public pool"),
            "propose_pool_funding",
            "PUT",
            "/v1/adjustments/{command}",
            WAITS,
            (MINUTES, WHY),
            fixed=(("kind", "pool_funding"), ("district_id", "{district}")),
            advice=message("Credit is made for the pool of the district, against what the reserve covers."),
        ),
        Form(
            "grants",
            message("Grant this month's credit"),
            "schedule_grants",
            "PUT",
            "/v1/grants/{command}",
            message("Sent to the ledger: everybody gets it, or nobody."),
            fixed=(("unit_id", "{district}"),),
            advice=message("Every key elder who has not had it this month gets what the rules say, from the pool."),
        ),
        Form(
            "close",
            message("Close a month"),
            "propose_period_close",
            "PUT",
            "/v1/period-closes/{command}",
            WAITS,
            (Field("month", message("Month"), Kind.MONTH),),
            fixed=(("district_id", "{district}"),),
            advice=message("Balances and movements of a month that is over are written down and sealed."),
        ),
        Form(
            "reversal",
            message("Take back what was wrong"),
            "propose_reversal",
            "PUT",
            "/v1/reversals/{command}",
            WAITS,
            (Field("cause_id", message("Number of the gift, donation, funding or old book"), most=36), WHY),
            advice=message("Nothing is deleted: an opposite row is written. Hours are reversed on their order's page."),
        ),
    )
}


@area.page("", needs=(*STAFF, "propose_reversal"))
def credit() -> str:
    """Show the grants of each month and the months that are closed."""
    districts = _districts()
    asked = request.args.get("district")
    district = next((row["unit_id"] for row in districts if row["unit_id"] == asked), districts[0]["unit_id"])
    grants = part_of_page(lambda: or_nothing(lambda: api().rows("/v1/grants", unit=district), 403) or [])
    closes = part_of_page(lambda: or_nothing(lambda: api().rows("/v1/period-closes", district=district), 403) or [])
    redemptions = part_of_page(
        lambda: or_nothing(lambda: api().rows("/v1/redemptions", unit=district, limit=30), 403) or []
    )
    people = names(
        row.get(field)
        for row in [*rows_of(grants), *rows_of(closes), *rows_of(redemptions)]
        for field in ("requested_by", "closed_by", "recipient_id")
    )
    return render_template(
        "district/credit.html",
        districts=districts,
        district=district,
        grants=grants,
        closes=closes,
        redemptions=redemptions,
        people=people,
        forms=[form for form in FORMS.values() if holds(form.needs)],
        words_of=words_of,
    )


@area.page("/closes/<uuid:close_id>", needs=STAFF)
def close(close_id: UUID) -> str:
    """Show what was written down when a month was closed."""
    return render_template("district/close.html", close=api().get(f"/v1/period-closes/{close_id}"))


@area.page("/record/<name>", needs=(*STAFF, "propose_reversal"))
def record(name: str) -> str:
    """Show one form."""
    return render_template("district/record.html", **show(_form(name)))


@area.act("/record/<name>", needs=(*STAFF, "propose_reversal"))
def send_record(name: str) -> WerkzeugResponse:
    """Send what the form says."""
    form, page = _form(name), f"/district/credit/record/{name}"
    try:
        answered = send(form, command_of_form(), district=_districts()[0]["unit_id"])
    except FieldUnreadableError as error:
        return back_to_form(page, str(error))
    if answered.get("state") == "declined":
        return back_to_form(page, words_of(answered.get("code")))
    flash.tell(form.done)
    return redirect("/district/credit", 303)


def _form(name: str) -> Form:
    form = FORMS.get(name)
    if form is None:
        raise NotFound
    if not holds(form.needs):
        raise Forbidden
    return form


def _districts() -> list[dict[str, Any]]:
    """Return the districts that the viewer's staff role reaches.

    Raises:
        NotFound: there is none yet.
    """
    districts = districts_of(viewer().unit_of(*STAFF, Role.CHECKER, Role.COORDINATOR))
    if not districts:
        raise NotFound
    return districts
