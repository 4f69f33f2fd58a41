"""Volunteers whom somebody does not want: the list, the word, and the word taken back."""

from __future__ import annotations

from typing import Any

from flask import request

from libs.translation import message
from services.web.kit import flash
from services.web.kit.closed import or_nothing
from services.web.kit.commands import command_of_form
from services.web.kit.viewer import api


def not_wanted_of(person_id: str) -> list[dict[str, Any]]:
    """Return whom a person does not want, as the viewer may know."""
    return or_nothing(lambda: api().rows("/v1/not-wanted", person=person_id), 403, 404) or []


def save_not_wanted(person_id: str, acting: dict[str, Any]) -> None:
    """Say that the chosen volunteer is not wanted, or take it back, as the pressed button says."""
    lifts = request.form.get("act") == "lift"
    body = acting | {"volunteer_id": request.form.get("volunteer_id", "")}
    body |= {} if lifts else {"why": request.form.get("why") or None}
    if lifts:
        api().post(f"/v1/not-wanted/{person_id}/lifting", body, command=command_of_form())
        flash.tell(message("Taken back. They may come again."))
    else:
        api().post(f"/v1/not-wanted/{person_id}", body, command=command_of_form())
        flash.tell(message("Noted. They do not come again, and are not told why."))
