"""What pages show beside every order: what it is called, where it is, who is meant; asked for once a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import g

from libs.clock import monotonic
from libs.contracts.api import problem_words
from services.web.clients.transport import ServiceAwayError
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.i18n import by_language, is_chinese, named
from services.web.kit.viewer import anonymous_api, api, viewer, viewer_or_none, web

KEPT_SECONDS = 60.0
KEPT_MAX = 2_000
NAMES_AT_ONCE = 80


def catalogue(unit_id: str = "") -> dict[str, dict[str, Any]]:
    """Return the services in force by their code: those of the district of a unit, or the city's."""

    def ask() -> dict[str, dict[str, Any]]:
        rows = anonymous_api().rows("/v1/catalogue-items", unit=unit_id or None)
        return {service["code"]: service for service in rows}

    services: dict[str, dict[str, Any]] = _known("catalogue", unit_id, ask)
    return services


def unit_of_person(person_id: str) -> str:
    """Return the unit where somebody lives, as far as the viewer may know; else nothing."""
    if person_id == viewer().person_id:
        return viewer().unit_id
    person = part_of_page(lambda: or_nothing(lambda: api().get(f"/v1/persons/{person_id}"), 403, 404))
    return str(person.get("home_unit_id") or "") if isinstance(person, dict) else ""


def service_name(code: str, unit_id: str = "") -> str:
    """Return what a service is called at a unit, where no order says it; the code itself when nobody answers."""
    try:
        service = catalogue(unit_id).get(code)
    except ServiceAwayError:
        return code
    return short_name(named(service)) if service else code


def service_of(order: dict[str, Any]) -> str:
    """Return what the service of an order is called, as the API says; its code where that says nothing."""
    return short_name(str(order.get("service_name") or order["service"]))


def short_name(name: str) -> str:
    """Return a name without what stands in brackets."""
    return re.split("[(:\\uff08\\uff1a]", name)[0].rstrip()


def unit(unit_id: str) -> dict[str, Any]:
    """Return a unit of the tree."""
    place: dict[str, Any] = _known("unit", unit_id, lambda: anonymous_api().get(f"/v1/organisation-units/{unit_id}"))
    return place


def all_units() -> list[dict[str, Any]]:
    """Return every unit of the tree."""
    places: list[dict[str, Any]] = _known("units", "", lambda: list(anonymous_api().all_rows("/v1/organisation-units")))
    return places


def forget_units() -> None:
    """Ask for the units anew: one was added or renamed."""
    for key in [key for key in web().public if key[0] in ("unit", "units")]:
        web().public.pop(key, None)


def policy_of(unit_id: str) -> dict[str, Any]:
    """Return the rules in force at a unit."""
    ask = partial(anonymous_api().get, "/v1/policies/current", unit=unit_id)
    policy: dict[str, Any] = _known("policy", unit_id, ask)
    return policy


def names(person_ids: Iterable[str | None]) -> dict[str, str]:
    """Return what people are called, as far as the viewer may know; asked for in one go and kept for this page."""
    if "names" not in g:
        g.names = {}
        signed_in = viewer_or_none()
        if signed_in is not None:
            g.names[signed_in.person_id] = signed_in.name
    kept: dict[str, str] = g.names
    missing = sorted({person_id for person_id in person_ids if person_id and person_id not in kept})
    for begin in range(0, len(missing), NAMES_AT_ONCE):
        some = missing[begin : begin + NAMES_AT_ONCE]
        kept.update(dict.fromkeys(some, ""))
        try:
            rows = api().rows("/v1/persons/names", person=some)
        except ServiceAwayError:
            continue
        kept.update({row["person_id"]: by_language(row["names"]) for row in rows})
        _photos().update(row["person_id"] for row in rows if row.get("has_photo"))
    return kept


def forget_names() -> None:
    """Keep the names of what is read no longer: of a list that is longer than a page."""
    g.pop("names", None)


def has_photo(person_id: str) -> bool:
    """Tell whether the viewer may see a photograph of somebody whose name stands on this page."""
    return person_id in _photos()


def has_own_photo() -> bool:
    """Tell whether the viewer has sent a photograph."""
    rows = api().rows("/v1/persons/names", person=viewer().person_id)
    return any(row.get("has_photo") for row in rows)


def _photos() -> set[str]:
    if "photos" not in g:
        g.photos = set()
    photos: set[str] = g.photos
    return photos


def people_of(orders: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the names of everybody whom these orders concern."""
    wanted: set[str | None] = set()
    for order in orders:
        wanted |= {
            order.get("recipient_id"),
            order.get("placed_by"),
            order.get("confirmed_by"),
            order.get("acting_for"),
        }
        wanted |= set(order.get("approvers") or []) | {part["person_id"] for part in order.get("volunteers") or []}
    return names(wanted)


def words_of(code: str | None) -> str:
    """Return what a code of a refusal says, in the page's language."""
    words = problem_words().get(code or "", {})
    return words.get("zh" if is_chinese() else "en", code or "")


def _known(kind: str, key: str, ask: Callable[[], Any]) -> Any:
    """Return what is public and seldom changes, asked for again after a while; what is older when nobody answers."""
    public = web().public
    kept = public.get((kind, key))
    if kept is not None and monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    try:
        fresh = ask()
    except ServiceAwayError:
        if kept is None:
            raise
        return kept[1]
    if len(public) >= KEPT_MAX:
        public.clear()
    public[(kind, key)] = (monotonic(), fresh)
    return fresh
