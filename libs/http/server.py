"""Serves an application by gunicorn, told in Python: on its port, and on a second one what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask
from gunicorn.app.base import BaseApplication

from libs.http.health import Doors
from libs.http.refused import hide_server_name
from libs.http.worker import server_options
from libs.memory import tuned_gc
from libs.metrics import bury_dead, counting_together

REQUEST_SECONDS_MAX = 30
GRACEFUL_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """What everything that serves reads from its variables, `<SERVICE>_HOST` and so on.

    An application says on `inside_port` what is wrong with it, and its metrics.
    `traces_to` is where spans are sent by OTLP, of `traces_percent` in a hundred traces that begin here.
    `trusted_proxies` are believed about where a request comes from: addresses or networks, by commas.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    inside_port: int | None = None
    api_workers: int = 2
    api_threads: int = 16
    log_level: str = "INFO"
    trusted_proxies: str = ""
    traces_to: str | None = None
    traces_percent: int = 100


class AppServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves until SIGTERM; the application is built in each worker and has `inside` among its extensions."""

    def __init__(self, build: Callable[[], Flask], settings: ServerSettings, *, costly: Sequence[bytes] = ()) -> None:
        self._build, self._settings, self._costly = build, settings, costly
        super().__init__()

    def run(self) -> None:
        """Serve until SIGTERM; the workers count together."""
        with counting_together(str(self._settings.port)):
            super().run()

    def load_config(self) -> None:
        """Set what gunicorn reads from a file elsewhere."""
        hide_server_name()
        for name, value in self._options():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Return the application."""
        tuned_gc()
        app = self._build()
        if self._settings.inside_port is None:
            return app
        return Doors(app, app.extensions["inside"], inside_port=self._settings.inside_port)

    def _options(self) -> Iterable[tuple[str, Any]]:
        ports = (self._settings.port, self._settings.inside_port)
        return {
            **server_options(costly=self._costly),
            "bind": [f"{self._settings.host}:{port}" for port in ports if port],
            "workers": self._settings.api_workers,
            "threads": self._settings.api_threads,
            "timeout": REQUEST_SECONDS_MAX,
            "graceful_timeout": GRACEFUL_SECONDS,
            "child_exit": lambda _arbiter, _worker: bury_dead(),
        }.items()
