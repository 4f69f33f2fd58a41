"""The API processes: gunicorn, told in Python, with the application built before it forks its workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gunicorn.app.base import BaseApplication

from libs.http.health import Doors
from libs.http.refused import hide_server_name
from libs.http.worker import server_options
from libs.metrics import bury_dead
from services.embedded.front_door import FrontDoor, WSGIApp
from services.embedded.settings import API_THREADS, API_WORKERS

REQUEST_SECONDS_MAX = 90
GRACEFUL_SECONDS = 3
KEEP_ALIVE_SECONDS = 5
INSIDE_HOST = "127.0.0.1"


class FrontDoorServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves the front door on one port."""

    def __init__(
        self, door: FrontDoor, *, host: str, port: int, inside_port: int, costly: Sequence[bytes] = ()
    ) -> None:
        """`door` must hold no connection and no thread: it goes through a fork. `costly` requests have own threads."""
        self._costly = costly
        assert door.inside is not None, "a served platform says inside what is wrong"
        self._door = Doors(door, door.inside, inside_port=inside_port)
        self._bind = [f"{host}:{port}", f"{INSIDE_HOST}:{inside_port}"]
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn reads from a file elsewhere."""
        hide_server_name()
        for name, value in self._settings().items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApp:
        """Return the application."""
        return self._door

    def _settings(self) -> dict[str, Any]:
        return {
            **server_options(costly=self._costly),
            "bind": self._bind,
            "workers": API_WORKERS,
            "threads": API_THREADS,
            "timeout": REQUEST_SECONDS_MAX,
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "preload_app": True,
            "child_exit": lambda _arbiter, _worker: bury_dead(),
            "proc_name": "timebank-api",
        }
