"""The catalogue of services: every version, what is proposed, and the form that proposes the next one."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Funding, Grade
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.carried import page_of_form
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.forms import holds
from services.web.kit.i18n import say
from services.web.kit.lookups import names
from services.web.kit.refusing import back_to_form
from services.web.kit.viewer import anonymous_api, api, viewer
from services.web.pages.district.views import STAFF

area = Area("catalogue", __name__, __file__, "/district/catalogue")
PROPOSE = "propose_catalogue"
CLASSES, RISKS = tuple("ABCDEF"), tuple("LMH")
TEXTS = ("code", "effective", "name_zh", "name_en", "service_class", "risk", "season_from", "season_until")
MORE_TEXTS = ("certificate", "certificate_for", "max_grade")
NUMBERS = (
    *("persons", "min_minutes", "max_minutes", "coefficient_percent", "night_percent", "night_from", "night_until"),
    "season_percent",
)
NEW = {"persons": 1, "min_minutes": 30, "max_minutes": 240, "coefficient_percent": 100, "night_percent": 100} | {
    "night_from": 22,
    "night_until": 6,
    "season_percent": 100,
    "funding": ["credit"],
}
"""What the form begins with where the service is new."""
Row = dict[str, Any]


@area.page("", needs=STAFF)
def versions() -> str:
    """Show every version of every service, and what waits for its second person or was decided."""
    listed = part_of_page(lambda: list(anonymous_api().all_rows("/v1/catalogue-items/versions")))
    proposals = part_of_page(lambda: api().rows("/v1/catalogue-items/proposals", limit=60))
    return render_template(
        "district/catalogue.html",
        versions=listed,
        proposals=proposals,
        people=names(row[who] for row in rows_of(proposals) for who in ("proposed_by", "decided_by")),
        may_propose=holds(PROPOSE),
    )


@area.page("/next", needs=PROPOSE)
def next_version() -> str:
    """Show the form, filled with the newest version of a service that the address names."""
    code = request.args.get("code", "")[:3]
    rows = anonymous_api().all_rows("/v1/catalogue-items/versions")
    past = [row for row in rows if row["code"] == code and row["district_id"] in (None, _own_unit())]
    base: Row = max(past, key=lambda row: row["version"]) if past else NEW | {"code": code}
    return render_template(
        "district/next_version.html",
        base=base | {"effective": "", "until": ""},
        classes=CLASSES,
        risks=RISKS,
        fundings=[word.value for word in Funding],
        grades=[word.value for word in Grade],
    )


@area.act("/next", needs=PROPOSE)
def propose_version() -> WerkzeugResponse:
    """Propose the version that the form describes; another person decides."""
    try:
        numbers = {name: int(request.form.get(name, "")) for name in NUMBERS}
        reserve = request.form.get("reserve_yuan_per_hour", "").strip()
        price = int(reserve) if reserve else None
    except ValueError:
        return back_to_form(page_of_form("/district/catalogue/next"), say("A number is missing or is no whole number."))
    body: Row = {name: request.form.get(name, "").strip() for name in (*TEXTS, *MORE_TEXTS)} | numbers
    body |= {
        "unit_id": _own_unit(),
        "until": request.form.get("until") or None,
        "funding": request.form.getlist("funding"),
        "checklist": [line.strip() for line in request.form.get("checklist", "").splitlines() if line.strip()],
        "reserve_yuan_per_hour": price,
    }
    api().put(f"/v1/catalogue-items/proposals/{command_of_form()}", body)
    flash.tell(message("Proposed. A second person decides."))
    return redirect("/district/catalogue", 303)


def _own_unit() -> str:
    """Return the unit whose catalogue the viewer proposes for."""
    return viewer().unit_of("city_admin", "district_admin")
