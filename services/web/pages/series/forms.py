"""What the forms of series say: on which days, when, how long, paid by whom; and for whom it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from libs.contracts.powers import POWERS
from libs.programme.words import Funding
from services.web.kit.spoken import read_minutes
from services.web.kit.viewer import api, now, viewer

WEEKDAYS = range(1, 8)
FUNDINGS = (Funding.CREDIT, Funding.PROGRAMME, Funding.POOL)
ONE, FOLLOWING, END = "one", "following", "end"
SCOPES = (ONE, FOLLOWING, END)


def is_staff() -> bool:
    """Tell whether the viewer asks for others by their role."""
    return bool(POWERS["place_order_for"] & viewer().roles)


def acting_for(person_id: str) -> dict[str, Any]:
    """Return for whom it is done: nobody else's, a relative's by a right that was given, or staff's by telephone."""
    if person_id == viewer().person_id:
        return {}
    grants = api().rows("/v1/acting-grants", person=viewer().person_id)
    grant = next((held for held in grants if held["person_id"] == person_id and held["active"]), None)
    if grant is not None:
        consent = {"how": "grant", "given_at": grant["given_at"], "words": grant["grant_id"]}
    else:
        consent = {"how": "phone", "given_at": now().isoformat(), "words": request.form.get("words", "")}
    return {"acting_for": person_id, "consent": consent}


def terms_of_form(person_id: str) -> dict[str, Any]:
    """Return what is asked for, as the API takes it.

    Raises:
        MinutesUnreadableError: how long cannot be read.
    """
    terms: dict[str, Any] = {
        "recipient_id": person_id,
        "service": request.form.get("service", ""),
        "funding": request.form.get("funding") or Funding.CREDIT,
        "weekdays": _weekdays(request.form),
        "time": _time(request.form.get("time", "")),
        "minutes": read_minutes(request.form.get("minutes", "")),
        "from": request.form.get("day", ""),
        "until": request.form.get("until") or None,
    }
    if request.form.get("payer") == "mine":
        return terms | {"payer_id": viewer().person_id}
    return terms | acting_for(person_id)


def wish_of(said: Mapping[str, Any], *, chosen: list[int]) -> dict[str, Any]:
    """Return a change as the API takes it, from the words of an address or a form.

    Raises:
        MinutesUnreadableError: how long cannot be read.
    """
    scope = said.get("scope", FOLLOWING)
    wish: dict[str, Any] = {"from": said.get("from", ""), "one_day": scope == ONE}
    if scope == END or said.get("act") == "cancel":
        return wish | {"cancel": True}
    if scope == FOLLOWING and chosen:
        wish |= {"weekdays": chosen}
    if said.get("time"):
        wish |= {"time": _time(said["time"])}
    return wish | ({"minutes": read_minutes(said["minutes"])} if said.get("minutes") else {})


def chosen_weekdays(said: Any) -> list[int]:
    """Return the days of the week that were ticked in an address or a form."""
    return _weekdays(said)


def _weekdays(said: Any) -> list[int]:
    return [int(day) for day in said.getlist("weekday") if day.isdigit()]


def _time(text: str) -> str:
    hour, _, minute = text.partition(":")
    return f"{hour:0>2}:{minute or '00'}"
