"""What a form that asks for help says: which service, when, how long, paid by whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import request

from libs.clock import local_date
from services.web.kit.closed import or_nothing, part_of_page
from services.web.kit.formats import as_instant
from services.web.kit.lookups import catalogue, policy_of, unit_of_person
from services.web.kit.spoken import read_minutes
from services.web.kit.viewer import now

MORNING, AFTERNOON = 9, 14
PLANNED_MINUTES = 60
DAYS_AHEAD = 14


def days_to_choose() -> list[date]:
    """Return the days that a form offers, tomorrow first."""
    today = local_date(now())
    return [today + timedelta(days=ahead) for ahead in range(1, DAYS_AHEAD + 1)]


def start_of_form() -> str:
    """Return the instant that the pressed button, or the chosen day and time, names; tomorrow morning when neither."""
    tomorrow = local_date(now()) + timedelta(days=1)
    pressed = request.form.get("when", "")
    if pressed in ("morning", "afternoon"):
        return as_instant(tomorrow, MORNING if pressed == "morning" else AFTERNOON)
    try:
        day = date.fromisoformat(request.form.get("day", ""))
        hour, _, minute = request.form.get("time", "").partition(":")
        return as_instant(day, int(hour), int(minute or 0))
    except ValueError:
        return as_instant(tomorrow, MORNING)


def terms_of_form(recipient_id: str, code: str) -> dict[str, Any]:
    """Return what is asked for, as the API takes it.

    Raises:
        MinutesUnreadableError: how long cannot be read.
    """
    said = request.form.get("minutes", "") or str(default_minutes(code, unit_of_person(recipient_id)))
    minutes = read_minutes(said)
    terms = {"recipient_id": recipient_id, "service": code, "start": start_of_form(), "minutes": minutes}
    persons = request.form.get("persons", "")
    return terms | ({"persons": int(persons)} if persons.isdecimal() else {})


def persons_max(unit_id: str) -> int:
    """Return how many volunteers one order may ask for at a unit; one where its rules cannot be read."""
    policy = part_of_page(lambda: or_nothing(lambda: policy_of(unit_id), 403, 404))
    return int(policy["parameters"]["order"]["persons_max"]) if isinstance(policy, dict) else 1


def default_minutes(code: str, unit_id: str = "") -> int:
    """Return how long a service is asked for at a unit when nobody says otherwise."""
    service = catalogue(unit_id).get(code)
    return max(PLANNED_MINUTES, service["min_minutes"]) if service else PLANNED_MINUTES
