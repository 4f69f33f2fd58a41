"""What a page says of a visit that was made."""

from __future__ import annotations

from flask import request

from libs.translation import message
from services.web.kit import flash
from services.web.kit.commands import command_of_form
from services.web.kit.viewer import api

FINDINGS = ("health", "mind", "safety", "hygiene", "home")


def put_visit() -> None:
    """Record the visit that a form tells of; what was found of whom nobody saw is left out."""
    body: dict[str, object] = {name: request.form.get(name, "") for name in ("person_id", "outcome", "how")}
    if body["outcome"] == "seen":
        body["findings"] = [name for name in FINDINGS if name in request.form.getlist("finding")]
    api().put(f"/v1/visits/{command_of_form()}", body)
    flash.tell(message("Recorded."))
