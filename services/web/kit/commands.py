"""The command that a form carries: pressed twice, or sent again, it has one effect."""

from __future__ import annotations

from uuid import UUID

from flask import request
from werkzeug.exceptions import BadRequest


def command_of_form() -> UUID:
    """Return the id that was put into the form when it was shown.

    Raises:
        BadRequest: it carries none.
    """
    try:
        return UUID(request.form.get("command", ""))
    except ValueError:
        raise BadRequest from None
