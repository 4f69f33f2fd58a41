"""Is the platform well, and if not, what is wrong: asked anew at every call, so that it recovers by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from libs.clock import monotonic
from libs.http.health import Readiness
from services.embedded.folder import DataFolder, disk_problem

WORKER_FILE = "worker.json"
WORKER_SILENT_SECONDS_MAX = 4


class Health:
    """Asks every part how it is."""

    def __init__(self, services: Mapping[str, Flask], folder: DataFolder) -> None:
        self._services = services
        self._folder = folder

    def report(self) -> dict[str, Any]:
        """Return {"status": ready|not ready, "problems": {part: words}, "parts": …}."""
        parts = {name: _answer_of(app) for name, app in self._services.items()}
        parts["worker"] = self._worker()
        parts["disk"] = self._disk()
        problems = {f"{name}.{what}": words for name, part in parts.items() for what, words in part["problems"].items()}
        return {"status": "not ready" if problems else "ready", "problems": problems, "parts": parts}

    def _disk(self) -> dict[str, Any]:
        words = disk_problem(self._folder.root)
        return {"status": "not ready", "problems": {"space": words}} if words else {"status": "ready", "problems": {}}

    def _worker(self) -> dict[str, Any]:
        """Return what the worker process last wrote about itself."""
        found = self._folder.read_run(WORKER_FILE)
        silent_seconds = monotonic() - int(str(found.get("at_ms", 0))) / 1000
        if not found or silent_seconds > WORKER_SILENT_SECONDS_MAX:
            return {"status": "not ready", "problems": {"process": "the worker process does not answer"}}
        problems = found.get("problems", {})
        return {"status": "not ready" if problems else "ready", "problems": problems}


def _answer_of(app: Flask) -> dict[str, Any]:
    readiness: Readiness = app.extensions["readiness"]
    return readiness.report()
