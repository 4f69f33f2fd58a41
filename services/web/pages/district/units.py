"""The tree of units: what belongs where, a new unit, and other names for one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.programme.words import UnitLevel
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.forms import holds
from services.web.kit.lookups import forget_units, unit
from services.web.kit.units import units_below
from services.web.kit.viewer import api, viewer
from services.web.pages.district.views import STAFF

area = Area("units", __name__, __file__, "/district/units")
CHANGE = "change_units"
LEVELS = tuple(level.value for level in UnitLevel)[1:]


@area.page("", needs=STAFF)
def units() -> str:
    """Show the units that the viewer's role reaches, and the form for a new one."""
    top = viewer().unit_of(*sorted(POWERS[CHANGE]), *STAFF)
    presets = part_of_page(lambda: or_nothing(lambda: api().rows("/v1/policies/presets"), 403) or [])
    return render_template(
        "district/units.html",
        units=part_of_page(lambda: units_below(top)),
        presets=presets,
        levels=LEVELS,
        top=top,
        may_change=holds(CHANGE),
    )


@area.act("", needs=CHANGE)
def add_unit() -> WerkzeugResponse:
    """Add a unit; a district is born with the rules of a preset, which another person decides."""
    typed = {name: request.form.get(name, "").strip() for name in ("name_zh", "name_en", "level", "parent_id")}
    body: dict[str, Any] = {name: value for name, value in typed.items() if value}
    preset = request.form.get("preset", "")
    if preset and typed["level"] == UnitLevel.DISTRICT:
        body |= {"preset": preset, "effective": request.form.get("effective") or None}
    api().put(f"/v1/organisation-units/{command_of_form()}", body)
    forget_units()
    flash.tell(message("Added."))
    return redirect("/district/units", 303)


@area.page("/<uuid:unit_id>", needs=CHANGE)
def names_of_unit(unit_id: UUID) -> str:
    """Ask for the names of a unit."""
    return render_template("district/unit.html", unit=unit(str(unit_id)))


@area.act("/<uuid:unit_id>", needs=CHANGE)
def rename(unit_id: UUID) -> WerkzeugResponse:
    """Give a unit other names."""
    body = {name: request.form.get(name, "").strip() for name in ("name_zh", "name_en")}
    api().post(f"/v1/organisation-units/{unit_id}/names", body, command=command_of_form())
    forget_units()
    flash.tell(message("Renamed. Papers that were printed keep the old name."))
    return redirect("/district/units", 303)
