"""Calls to a platform as one person; what is put off or cut off is asked again with the same id."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any
from uuid import UUID

from libs.clock import monotonic
from libs.ids import new_id

PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.5
ANSWER_SECONDS_MAX = 60.0
PUT_OFF = (429, 502, 503)


class RefusedError(Exception):
    """The platform answered with a problem."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('title', problem)}")
        self.status, self.problem = status, problem


class Caller:
    """Somebody who calls: signs in with a name, and again when the token is too old."""

    def __init__(self, url: str, *, login: str = "", password: str = "") -> None:
        self.url, self.login, self.person_id = url, login, ""
        self._password, self._token = password, ""

    def sign_in(self) -> None:
        """Get a token."""
        self._token = ""
        session = self.call("POST", "/v1/sessions", {"login": self.login, "password": self._password})
        self._token, self.person_id = session["access_token"], session["person_id"]

    def get(self, path: str) -> dict[str, Any]:
        """Read a resource."""
        return self.call("GET", path)

    def put(self, path: str, terms: dict[str, Any], *, wait: int = 0) -> dict[str, Any]:
        """Send a command whose id is its resource's."""
        return self.call("PUT", path, terms, wait=wait)

    def post(self, path: str, terms: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a command with a new Idempotency-Key, kept through every repetition."""
        return self.call("POST", path, terms or {}, key=new_id())

    def call(
        self, method: str, path: str, terms: dict[str, Any] | None = None, *, key: UUID | None = None, wait: int = 0
    ) -> dict[str, Any]:
        """Return the document answered.

        Raises:
            RefusedError: the platform refused.
            TimeoutError: it was away for too long.
        """
        end = monotonic() + PATIENCE_SECONDS
        renewed = False
        while True:
            try:
                return self._once(method, path, terms, key=key, wait=wait)
            except RefusedError as refused:
                if refused.status == 401 and self.login and self._token and not renewed:
                    renewed = True
                    self.sign_in()
                elif refused.status not in PUT_OFF or monotonic() > end:
                    raise
            except (urllib.error.URLError, OSError) as error:
                if monotonic() > end:
                    raise TimeoutError(f"{self.url} does not answer: {error}") from error
            time.sleep(PAUSE_SECONDS)

    def _once(
        self, method: str, path: str, terms: dict[str, Any] | None, *, key: UUID | None, wait: int
    ) -> dict[str, Any]:
        headers = {"Accept-Language": "en"}
        if terms is not None:
            headers["Content-Type"] = "application/json"
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if key is not None:
            headers["Idempotency-Key"] = str(key)
        if wait:
            headers["Prefer"] = f"wait={wait}"
        content = None if terms is None else json.dumps(terms).encode()
        request = urllib.request.Request(self.url + path, data=content, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as answer:
                return _document(answer.read())
        except urllib.error.HTTPError as error:
            raise RefusedError(error.code, _document(error.read())) from error


def _document(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {"text": content.decode(errors="replace")}
    return found if isinstance(found, dict) else {"items": found}
