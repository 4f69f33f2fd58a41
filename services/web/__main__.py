"""python -m services.web pages: the pages as a process of their own, over an API that is elsewhere."""

from __future__ import annotations

import click
import urllib3
from flask import Flask

from libs import settings as variables
from libs.clock import SystemClock
from libs.http.health import Readiness, TellsHealth, health_app
from libs.http.server import AppServer
from libs.logs import configure
from libs.secret_files import refuse_open_file
from libs.tracing import begin_tracing, refuse_wrong_tracing
from services.web.app import create_app
from services.web.clients.transport import HttpTransport
from services.web.pages.desk.planning import COSTLY
from services.web.parts import WebParts
from services.web.settings import Settings

SECRET_BYTES_MIN = 32
PROBE_SECONDS = 2.0
PROBED = "/accounts/readyz"
"""Where nobody can be signed in, no page is of use."""


class WeakSecretError(Exception):
    """The secret of the cookies is shorter than 32 bytes."""


def parts_of(settings: Settings) -> WebParts:
    """Return what the pages are made of.

    Raises:
        WeakSecretError: the secret is too short to keep sessions by.
        OpenSecretError: others may read the secret.
    """
    refuse_open_file(settings.secret_file)
    secret = settings.secret_file.read_bytes().strip()
    if len(secret) < SECRET_BYTES_MIN:
        raise WeakSecretError
    return WebParts(
        api=HttpTransport(settings.api_url),
        sessions_file=settings.sessions_file,
        secret=secret,
        clock=SystemClock(),
        programme_name=settings.programme_name,
        desk_phone=settings.desk_phone,
        secure_cookies=settings.secure_cookies,
        trusted_proxies=settings.trusted_proxies,
    )


def create_served_app(settings: Settings) -> Flask:
    """Return the pages, which say as every role does whether they live and are ready."""
    begin_tracing("web", settings)
    app = create_app(parts_of(settings))
    readiness = Readiness({"api": lambda: api_problem(settings.api_url)})
    app.extensions["inside"] = health_app(readiness.report)
    app.wsgi_app = TellsHealth(app.wsgi_app, readiness.report)  # type: ignore[method-assign]  # Flask's way
    return app


def api_problem(api_url: str) -> str | None:
    """Say in words why the API is of no use to the pages; None when it is."""
    timeout = urllib3.Timeout(connect=PROBE_SECONDS, read=PROBE_SECONDS)
    try:
        answer = urllib3.request("GET", api_url.rstrip("/") + PROBED, timeout=timeout, retries=False, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        return f"does not answer: {type(error).__name__}"
    return None if answer.status == 200 else f"answers {answer.status} to {PROBED}"


@click.group()
def main() -> None:
    """Run one role of web."""


@main.command()
def pages() -> None:
    """Serve the pages until ended."""
    settings = variables.read("web", Settings)
    refuse_wrong_tracing(settings, "web")
    configure("web", level=settings.log_level)
    parts_of(settings)  # What refuses the start refuses it here, once, and not in each worker again and again.
    AppServer(lambda: create_served_app(settings), settings, costly=COSTLY).run()


if __name__ == "__main__":
    main()
