"""The number that the recipient's side reads out at the door: shown to them, to who acts for them, and to the desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request

from libs.translation import message
from services.web.kit import flash
from services.web.kit.closed import Closed, or_nothing, part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.viewer import api

WITH_DOOR_CODE = ("taken", "in_service")


def door_code(order: dict[str, Any], **acting: str) -> dict[str, Any] | Closed | None:
    """Return the present number of an order and until when it opens; nothing where none is to be read out."""
    if order["state"] not in WITH_DOOR_CODE:
        return None
    path = f"/v1/orders/{order['order_id']}/door-code"
    return part_of_page(lambda: or_nothing(lambda: api().get(path, **acting), 403, 404, 409, 422))


def renew_door_code(order_id: UUID, acting: dict[str, Any]) -> None:
    """Have another number made, as the form asks; a door that was locked opens again by it."""
    body = acting | {"why": request.form.get("why") or None}
    api().post(f"/v1/orders/{order_id}/door-code", body, command=command_of_form())
    flash.tell(message("There is a new number. The old one opens nothing any more."))
