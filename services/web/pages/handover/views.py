"""What waits for one person is handed over to another; what who left has left behind."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.programme.words import Role, WorkKind
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.lookups import names
from services.web.kit.viewer import api, viewer

area = Area("handover", __name__, __file__, "/handover")
NEEDS = "hand_over"
ROLES = (Role.OPERATOR, Role.COORDINATOR, Role.CHECKER, Role.DISTRICT_ADMIN, Role.CITY_ADMIN)
SHOWN_MAX, WORDS_MAX = 20, 60
Row = dict[str, Any]


@area.page("", needs=NEEDS)
def handover() -> str:
    """Show what is left behind; of somebody who is named, what waits for them and who may take it."""
    unit, giver = _unit(), request.args.get("from", "")
    if giver:
        return _of_somebody(unit, giver)
    left = part_of_page(lambda: _open_work(unit))
    done = part_of_page(lambda: api().rows("/v1/handovers", unit=unit, limit=SHOWN_MAX))
    return render_template(
        "handover/handover.html",
        unit=unit,
        left=left,
        holders=_by_holder(rows_of(left)),
        done=done,
        called=names(row["holder_id"] for row in rows_of(left)),
    )


@area.act("", needs=NEEDS)
def hand_over() -> WerkzeugResponse:
    """Hand over what was chosen."""
    body: Row = {field: request.form.get(field, "") for field in ("from_id", "to_id", "unit_id")}
    body["kinds"] = request.form.getlist("kind")
    api().put(f"/v1/handovers/{command_of_form()}", body)
    flash.tell(message("Handed over. Both are told; below it stands what came of it."))
    return redirect(f"/handover?unit={body['unit_id']}", 303)


def _of_somebody(unit: str, giver: str) -> str:
    words = request.args.get("q", "").strip()[:WORDS_MAX]
    work = part_of_page(lambda: or_nothing(lambda: _open_work(unit, person=giver), 403))
    rows = [] if work is None else rows_of(work)
    offered = part_of_page(lambda: api().rows("/v1/handovers/candidates", unit=unit, person=giver))
    searched = part_of_page(lambda: api().rows("/v1/persons", q=words)) if words else []
    called = names([giver, *(row["about_id"] for row in rows if row["kind"] in ABOUT_PEOPLE)])
    by_name = names(row["person_id"] for row in rows_of(searched))
    return render_template(
        "handover/of_somebody.html",
        unit=unit,
        giver=giver,
        work=work,
        kinds=[(kind, [row for row in rows if row["kind"] == kind]) for kind in WorkKind],
        about_people=ABOUT_PEOPLE,
        receivers={row["person_id"]: row["name"] for row in rows_of(offered)} | by_name,
        words=words,
        called=called,
    )


ABOUT_PEOPLE = (WorkKind.ROLE_PROPOSAL, WorkKind.VISITS)


def _open_work(unit: str, **whose: str) -> list[Row]:
    """Return what two services hold for somebody, or what is left behind."""
    proposals = api().rows("/v1/handovers/open", unit=unit, **whose)
    return [*proposals, *api().rows("/v1/open-work", unit=unit, **whose)]


def _by_holder(rows: list[Row]) -> dict[str, Counter[str]]:
    holders: dict[str, Counter[str]] = {}
    for row in rows:
        holders.setdefault(row["holder_id"], Counter())[row["kind"]] += 1
    return holders


def _unit() -> str:
    return request.args.get("unit") or viewer().unit_of(*ROLES)
