"""python -m services.web: the pages as a process of their own, over an API that is elsewhere."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from libs import settings as variables
from libs.clock import SystemClock
from libs.http.refused import hide_server_name
from libs.http.worker import server_options
from libs.logs import configure
from services.web.app import create_app
from services.web.clients.transport import HttpTransport
from services.web.parts import WebParts
from services.web.settings import Settings

SECRET_BYTES_MIN = 32


class WeakSecretError(Exception):
    """The secret of the cookies is shorter than 32 bytes."""


def parts_of(settings: Settings) -> WebParts:
    """Return what the pages are made of.

    Raises:
        WeakSecretError: the secret is too short to keep sessions by.
    """
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


class PagesServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves the pages on one port."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn reads from a file elsewhere."""
        hide_server_name()
        own = {
            "bind": f"0.0.0.0:{self._settings.port}",
            "workers": self._settings.workers,
            "threads": self._settings.threads,
        }
        for name, value in {**server_options(), **own}.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application."""
        return create_app(parts_of(self._settings))


def main() -> None:
    """Serve the pages until ended."""
    configure("web")
    PagesServer(variables.read("web", Settings)).run()


if __name__ == "__main__":
    main()
