"""A volunteer's own photograph, and showing one to those to whom she comes."""

from __future__ import annotations

from uuid import UUID

from flask import Response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.kit import flash
from services.web.kit.areas import SIGNED_IN, Area
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import say
from services.web.kit.refusing import back_to_form
from services.web.kit.viewer import api

area = Area("photo", __name__, __file__)
KINDS = ("image/jpeg", "image/png")
PICTURE = "image/jpeg"


@area.page("/photos/<uuid:person_id>", needs=SIGNED_IN)
def photo(person_id: UUID) -> Response:
    """Show somebody's photograph, as far as the viewer may see it; no browser keeps it."""
    try:
        answered = api().answer("GET", f"/v1/persons/{person_id}/photo")
    except ProblemError as error:
        if error.status in (403, 404):
            raise NotFound from error
        raise
    return Response(answered.body, mimetype=PICTURE)


@area.act("/me/photo", needs="volunteer")
def send_photo() -> WerkzeugResponse:
    """Send one's own photograph."""
    sent = request.files.get("photo")
    if sent is None or sent.mimetype not in KINDS:
        return back_to_form("/me", say("Please choose a photograph, as JPEG or PNG."))
    api().post_file("/v1/me/photo", sent.read(), kind=sent.mimetype, command=command_of_form())
    flash.tell(message("Your photograph is kept. Those to whom you come see it."))
    return redirect("/me", 303)


@area.act("/me/photo/removal", needs=SIGNED_IN)
def remove_photo() -> WerkzeugResponse:
    """Take back one's own photograph."""
    api().delete("/v1/me/photo", command=command_of_form())
    flash.tell(message("Your photograph is deleted."))
    return redirect("/me", 303)
