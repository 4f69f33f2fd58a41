"""Photos of a visit, or of its paper slip: sent by who served, kept with their hash for who decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.carried import page_of_form
from services.web.kit.closed import Closed, or_nothing, part_of_page
from services.web.kit.commands import command_of_form
from services.web.kit.files import UNKNOWN, kind_of_file, shown_alone
from services.web.kit.i18n import say
from services.web.kit.refusing import back_to_form
from services.web.kit.viewer import api

area = Area("visit_photos", __name__, __file__, "/volunteer")


def photos_of(order_id: UUID) -> dict[str, Any] | Closed | None:
    """Return what the viewer sent of a visit and how many photos may follow; nothing where it is not theirs."""
    return part_of_page(lambda: or_nothing(lambda: dict(api().get(f"/v1/orders/{order_id}/scans")), 403, 404))


@area.act("/orders/<uuid:order_id>/photos", needs="volunteer")
def send_photo(order_id: UUID) -> WerkzeugResponse:
    """Send a photo of a visit, under the id of the form's command: sent twice, it is kept once."""
    page = page_of_form(f"/volunteer/orders/{order_id}")
    file = request.files.get("photo")
    content = file.read() if file else b""
    kind = kind_of_file(content)
    if kind == UNKNOWN:
        return back_to_form(page, say("Please choose a photo: a JPEG, PNG or PDF."))
    kept = api().put_file(f"/v1/scans/{command_of_form()}", content, kind=kind, order=str(order_id))
    flash.tell(message("Kept, with its hash %(hash)s…. Whoever signs your hours sees it."), hash=kept["sha256"][:16])
    return redirect(f"{page}#photos", 303)


@area.page("/photos/<uuid:scan_id>", needs="volunteer")
def photo(scan_id: UUID) -> Response:
    """Show a photo to who sent it."""
    return shown_alone(api().answer("GET", f"/v1/scans/{scan_id}").body)
