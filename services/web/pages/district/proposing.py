"""The next version of a district's rules: each number beside what is in force; only what differs is proposed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import say
from services.web.kit.lookups import unit
from services.web.kit.refusing import back_to_form
from services.web.kit.viewer import anonymous_api, api
from services.web.pages.district.groups import called

area = Area("proposing", __name__, __file__, "/district/rules")
PROPOSE = "propose_policy"
UNLIMITED = "–"
BOTH = " + "
Row = dict[str, Any]


class ValueUnreadableError(ValueError):
    """What was typed is no value of the parameter; its text says what, in the reader's language."""


@area.page("/<uuid:unit_id>/next", needs=PROPOSE)
def next_rules(unit_id: UUID) -> str:
    """Show every rule with what is in force, to be typed over."""
    described, present = _described(), _in_force(unit_id)
    groups: dict[str, list[Row]] = {}
    for row in described:
        shown = row | {"value": write_value(present.get(row["name"])), "given": present.get(row["name"])}
        groups.setdefault(row["name"].partition(".")[0], []).append(shown)
    return render_template(
        "district/next_rules.html", groups=groups, unit=unit(str(unit_id)), unlimited=UNLIMITED, called=called
    )


@area.act("/<uuid:unit_id>/next", needs=PROPOSE)
def propose(unit_id: UUID) -> WerkzeugResponse:
    """Propose what differs; another person decides."""
    page, present = f"/district/rules/{unit_id}/next", _in_force(unit_id)
    changes: dict[str, Row] = {}
    try:
        for row in _described():
            typed = request.form.get(row["name"])
            if typed is None or row["fixed"]:
                continue
            value = read_value(row, typed.strip())
            if value != present.get(row["name"]):
                group, _, name = row["name"].partition(".")
                changes.setdefault(group, {})[name] = value
    except ValueUnreadableError as error:
        return back_to_form(page, str(error))
    if not changes:
        return back_to_form(page, say("Nothing differs from the rules in force."))
    body = {"unit_id": str(unit_id), "effective": request.form.get("effective", ""), "set": changes}
    api().put(f"/v1/policies/{command_of_form()}", body)
    flash.tell(message("Proposed. A second person decides."))
    return redirect(f"/district/rules/{unit_id}", 303)


def write_value(value: Any) -> str:
    """Return a value as it is typed: lists with commas, what goes together with a plus, maps as JSON, – for none."""
    if value is None:
        return UNLIMITED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(BOTH.join(part) if isinstance(part, list) else str(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def read_value(row: Row, typed: str) -> Any:
    """Return the value that was typed.

    Raises:
        ValueUnreadableError: it is none of the parameter's type.
    """
    if typed in (UNLIMITED, "") and row["nullable"]:
        return None
    kind = row["type"]
    if kind == "boolean":
        return typed == "yes"
    try:
        if kind == "integer":
            return int(typed)
        if kind in ("list", "days"):
            return _parts(typed, are_several=any(isinstance(part, list) for part in row["default"] or []))
        return json.loads(typed) if kind == "map" else typed
    except ValueError:
        raise ValueUnreadableError(
            say("“%(typed)s” is no value for %(name)s.", typed=typed[:40], name=row["name"])
        ) from None


def _parts(typed: str, *, are_several: bool) -> list[Any]:
    """Return the parts of a list; where each may name several that go together, they are joined by a plus."""
    parts = [part.strip() for part in typed.replace("，", ",").split(",") if part.strip()]
    if are_several:
        return [[word.strip() for word in part.split("+")] for part in parts]
    return [int(part) if part.isdecimal() else part for part in parts]


def _described() -> list[Row]:
    return anonymous_api().rows("/v1/policies/parameters")


def _in_force(unit_id: UUID) -> Row:
    """Return what is in force, by full name; of a district without rules yet, the defaults."""
    policy = anonymous_api().get("/v1/policies/current", unit=unit_id)
    return {f"{group}.{name}": value for group, rows in policy["parameters"].items() for name, value in rows.items()}
