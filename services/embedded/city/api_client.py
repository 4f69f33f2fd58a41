"""Sends the commands of the people of the demo city to the front door, in this process, as each of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from werkzeug.test import Client

from libs.ids import id_from_cause
from services.embedded.front_door import WSGIApp

TRIES_MAX = 50
BUSY_STATUSES = (429, 503)
BUSY_PAUSE_SECONDS = 0.2
LOOKS_MAX, LOOK_PAUSE_SECONDS = 6_000, 0.1


class CityError(Exception):
    """A command of the demo city was refused; the plan and the rules do not agree."""


class ApiClient:
    """One caller after another at the front door."""

    def __init__(self, front_door: WSGIApp, token_of: Callable[[UUID], str]) -> None:
        """`token_of` gives a token for a person."""
        self._client = Client(front_door)
        self._token_of = token_of

    def put(self, caller: UUID, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a command whose id is its resource's; the same again has no second effect."""
        return self._sure(caller, "PUT", path, body)

    def post(self, caller: UUID, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a command with an Idempotency-Key that this caller and path always give."""
        return self._sure(caller, "POST", path, body or {})

    def get(self, caller: UUID, path: str) -> dict[str, Any]:
        """Read a resource that must be there."""
        return self._sure(caller, "GET", path, None)

    def get_done(self, caller: UUID, path: str) -> dict[str, Any]:
        """Read something that is worked on, again and again until it is done."""
        for _ in range(LOOKS_MAX):
            found = self.get(caller, path)
            if found["state"] not in ("waiting", "running"):
                return found
            time.sleep(LOOK_PAUSE_SECONDS)
        raise CityError(f"{path} is not done")

    def _sure(self, caller: UUID, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        status, document = self.send(caller, method, path, body)
        if status >= 400:
            raise CityError(f"{method} {path}: {status} {document}; sent {body}")
        return document

    def send(self, caller: UUID, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """Send a request until it is not put off any more; return the status and the document."""
        headers = {"Authorization": f"Bearer {self._token_of(caller)}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(id_from_cause(caller, method, path, json.dumps(body, sort_keys=True)))
        for _ in range(TRIES_MAX):
            answer = self._client.open(path, method=method, headers=headers, json=body)
            if answer.status_code not in BUSY_STATUSES:
                break
            time.sleep(BUSY_PAUSE_SECONDS)
        return answer.status_code, answer.get_json(silent=True) or {}
