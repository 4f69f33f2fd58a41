"""Back to a form with a reason that the page itself found, and with everything that was typed."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from services.web.kit.carried import keep_for_page, typed_fields


def back_to_form(page: str, words: str) -> WerkzeugResponse:
    """Return to the form; what is sent next is another command."""
    fields = {name: values for name, values in typed_fields().items() if name != "command"}
    keep_for_page(page, fields, {"title": words, "code": "typed", "fields": {}})
    return redirect(page, 303)
