"""The promise in numbers, and the versions of the rules with what they change."""

from __future__ import annotations

from itertools import pairwise
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
from services.web.kit.forms import holds
from services.web.kit.lookups import names
from services.web.kit.units import districts_of
from services.web.kit.viewer import api, viewer

area = Area("district", __name__, __file__, "/district")
STAFF = (Role.DISTRICT_ADMIN, Role.CITY_ADMIN, Role.CITY_AUDITOR)
Row = dict[str, Any]


@area.page("", needs=STAFF)
def district() -> str:
    """Show whether the promise is safe, and lead to everything that a district does."""
    districts = part_of_page(lambda: districts_of(viewer().unit_of(*STAFF)))
    supply = part_of_page(lambda: _supply({row["unit_id"] for row in rows_of(districts)}))
    visits = part_of_page(_visits)
    return render_template(
        "district/district.html",
        districts=districts,
        supply=supply,
        visits=visits,
        may_sheets=holds("import_people") or holds("export_people"),
        may_answer=holds("answer_complaint"),
    )


@area.page("/rules/<uuid:unit_id>", needs=STAFF)
def versions(unit_id: UUID) -> str:
    """Show every version of a district's rules, each with what it changes."""
    policies = part_of_page(lambda: sorted(api().rows("/v1/policies", unit=unit_id), key=_age, reverse=True))
    described = part_of_page(lambda: {row["name"]: row for row in api().rows("/v1/policies/parameters")})
    rows = rows_of(policies)
    changes = {new["policy_id"]: _changes(old["parameters"], new["parameters"]) for new, old in pairwise(rows)}
    return render_template(
        "district/rules.html",
        policies=policies,
        changes=changes,
        described=described,
        name=rows[0].get("unit_name") or "" if rows else "",
        unit_id=unit_id,
        may_propose=holds("propose_policy"),
        people=names(person for row in rows for person in (row["proposed_by"], row["decided_by"])),
    )


@area.act("/policies/<uuid:policy_id>/decision", needs="decide_policy")
def decide_policy(policy_id: UUID) -> WerkzeugResponse:
    """Publish a proposed version, or turn it down."""
    return _decide(f"/v1/policies/{policy_id}/decision")


def _decide(path: str) -> WerkzeugResponse:
    agrees = request.form.get("ok") == "yes"
    api().post(path, {"ok": agrees, "why": request.form.get("why", "")}, command=command_of_form())
    flash.tell(message("Decided: yes.") if agrees else message("Decided: no."))
    return redirect("/district", 303)


def _supply(district_ids: set[str]) -> list[Row]:
    return [row for row in api().rows("/v1/supply") if row["district_id"] in district_ids]


def _visits() -> list[Row]:
    """Return the visit rate of each district that the viewer's role reaches, by one question."""
    answered: Row = api().get("/v1/indicators/visits", unit=viewer().unit_of(*STAFF))
    return list(answered["districts"])


def _age(policy: Row) -> tuple[str, int]:
    return str(policy["effective"]), int(policy["policy_version"] or 0)


def _changes(old: Row, new: Row, prefix: str = "") -> list[tuple[str, Any, Any]]:
    """Return the parameters that differ, by their full name."""
    changed: list[tuple[str, Any, Any]] = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict) and not prefix:
            changed += _changes(before, after, f"{name}.")
        elif before != after:
            changed.append((prefix + name, before, after))
    return changed
