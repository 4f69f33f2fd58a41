"""What a person sees when something does not go: in their language, and what to do next."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.logs import get_logger
from libs.translation import message
from services.web.clients.api import ProblemError
from services.web.clients.transport import ServiceAwayError
from services.web.kit.carried import keep_for_page, page_of_form, typed_fields
from services.web.kit.viewer import forget, viewer_or_none
from services.web.sessions.signed_in import SessionEndedError

WORDS = {
    400: (
        message("This form is too old"),
        message("Go back, load the page anew, and send it again. Nothing was done."),
    ),
    403: (message("This page is not for you"), message("If it should be, speak to your community's coordinator.")),
    404: (message("There is nothing here"), message("The address may be mistyped, or what it named is gone.")),
    405: (message("There is nothing here"), message("The address may be mistyped, or what it named is gone.")),
    413: (message("This is too large to be sent"), message("Go back and choose a smaller picture. Nothing was done.")),
    429: (message("Too many tries"), message("Please wait a little, then try again.")),
    500: (message("Something went wrong on our side"), message("Nothing was lost. Please try again in a minute.")),
    503: (message("This part does not answer just now"), message("Nothing was lost. Please try again in a minute.")),
}


def show_failure(status: int, *, title: str = "", code: str = "") -> Response:
    """Return the page of a failure."""
    words, advice = WORDS.get(status, WORDS[500 if status >= 500 else 404])
    page = render_template(
        "failure.html", status=status, words=title or words, has_own_words=bool(title), advice=advice, code=code
    )
    return make_response(page, status)


def register_failures(
    app: Flask, *, ask_to_sign_in: Callable[[], WerkzeugResponse], ask_to_enrol: Callable[[], WerkzeugResponse]
) -> None:
    """Answer every failure with a page, or by the page that the form stands on."""

    def refused(error: ProblemError) -> WerkzeugResponse:
        if error.status == 401:
            return session_ended(SessionEndedError())
        if error.code == "second_factor_required" and viewer_or_none() is not None:
            return ask_to_enrol()
        if request.method == "POST" and viewer_or_none() is not None and error.status != 429:
            path = page_of_form()
            # A refusal is remembered under its command: what is corrected is sent under a new one.
            fields = {name: values for name, values in typed_fields().items() if name != "command"}
            keep_for_page(path, fields, {"title": error.title, "code": error.code, "fields": error.fields})
            return redirect(path, 303)
        status = error.status if error.status in WORDS else 400 if error.status < 500 else 500
        return show_failure(status, title=error.title if error.status not in (403, 404) else "", code=error.code)

    def away(_error: ServiceAwayError) -> WerkzeugResponse:
        if request.method == "POST" and viewer_or_none() is not None:
            path = page_of_form()
            keep_for_page(path, typed_fields(), {"title": "", "code": "away", "fields": {}})
            return redirect(path, 303)
        return show_failure(503)

    def session_ended(_error: SessionEndedError) -> WerkzeugResponse:
        forget()
        return ask_to_sign_in()

    def http_failure(error: HTTPException) -> WerkzeugResponse:
        if error.code in (301, 302, 303, 307, 308):
            return error.get_response()
        return show_failure(error.code or 500)

    def unknown(error: Exception) -> WerkzeugResponse:
        get_logger().error("unexpected_error", exc_info=error, path=request.path)
        return show_failure(500)

    app.register_error_handler(ProblemError, refused)
    app.register_error_handler(ServiceAwayError, away)
    app.register_error_handler(SessionEndedError, session_ended)
    app.register_error_handler(CSRFError, lambda _error: show_failure(400))
    app.register_error_handler(HTTPException, http_failure)
    app.register_error_handler(Exception, unknown)
