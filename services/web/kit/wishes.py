"""What somebody wishes: what they speak, the language of her pages and papers, and what must be known at her door."""

from __future__ import annotations

from flask import request

from libs.programme.words import Spoken
from libs.translation import message
from services.web.kit import flash
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import LANGUAGES
from services.web.kit.viewer import api

SPOKEN = tuple(word.value for word in Spoken)


def save_wishes(person_id: str) -> None:
    """Send what the form says, on the version that it was filled in on."""
    language = request.form.get("language", "")
    body: dict[str, str | list[str] | None] = {"language": language if language in LANGUAGES else None}
    if "remarks" in request.form:  # Who is never visited is not asked.
        body["remarks"] = request.form["remarks"].strip() or None
    if "asks_speaks" in request.form:
        body["speaks"] = [word for word in SPOKEN if word in request.form.getlist("speaks")]
    version = request.form.get("version", "")[:9]
    api().post(f"/v1/persons/{person_id}/details", body, command=command_of_form(), version=version)
    flash.tell(message("It is noted."))
