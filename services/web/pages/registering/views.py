"""Register an elder at the desk or by telephone: one page, one request that does all or nothing."""

from __future__ import annotations

import re
from typing import Any

from flask import g, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.contracts.powers import POWERS
from libs.programme.words import Role
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.carried import typed_fields
from services.web.kit.commands import command_of_form
from services.web.kit.viewer import anonymous_api, api, now, viewer

area = Area("registering", __name__, __file__, "/register")
DESK = tuple(sorted(POWERS["register_person"]))
HOWS = ("desk", "phone", "home")
HOMES = ("community", "service_point")
YEAR = re.compile("[0-9]{4}")
LAST_DAY = "-12-31"
"""A year alone counts as its last day, so that nobody is let in too early."""


@area.page("", needs="register_person")
def registering() -> str:
    """Ask everything at once."""
    return _page([])


@area.act("", needs="register_person")
def register() -> WerkzeugResponse | str:
    """Register an elder with her word; who looks like her is shown before she is made twice."""
    said = {name: request.form.get(name, "").strip() for name in ("name", "born", "sex", "home_unit_id", "address")}
    number = request.form.get("phone_number", "").strip()
    born = said["born"] + LAST_DAY if YEAR.fullmatch(said["born"]) else said["born"]
    alike = _alike(said["name"], number, born)
    if alike and not request.form.get("is_another"):
        g.carried = {"fields": typed_fields()}
        return _page(alike)
    person_id = str(command_of_form())
    consent = {
        "how": request.form.get("how", ""),
        "given_at": now().isoformat(),
        "words": request.form.get("words", ""),
    }
    body: dict[str, Any] = {
        "names": {"zh": said["name"]},
        "born": born,
        "sex": said["sex"],
        "home_unit_id": said["home_unit_id"],
        "roles": [Role.RECIPIENT.value],
        "phone_number": number or None,
        "has_phone": bool(number),
        "address": said["address"] or None,
        "contacts": _contacts(),
        "acting_for": person_id,
        "consent": consent,
    }
    api().put(f"/v1/persons/{person_id}", body)
    flash.tell(message("Registered, with her word."))
    return redirect(f"/calls/{person_id}", 303)


def _page(alike: list[dict[str, Any]]) -> str:
    own = viewer().unit_of(*DESK)
    units = [unit for unit in anonymous_api().all_rows("/v1/organisation-units") if own in unit["path"]]
    return render_template(
        "registering/register.html",
        alike=alike,
        homes=[unit for unit in units if unit["level"] in HOMES],
        own=own,
        hows=HOWS,
    )


def _alike(name: str, number: str, born: str) -> list[dict[str, Any]]:
    """Return who has the same number, or the same name and day of birth, where the viewer may look."""
    by_number = api().rows("/v1/persons", q=number) if number else []
    by_name = api().rows("/v1/persons", q=name) if name else []
    alike = by_number + [person for person in by_name if person["born"] == born]
    return list({person["person_id"]: person for person in alike}.values())


def _contacts() -> list[dict[str, str]]:
    contact = {
        "name": request.form.get("contact_name", "").strip(),
        "phone_number": request.form.get("contact_number", "").strip(),
    }
    return [contact] if any(contact.values()) else []
