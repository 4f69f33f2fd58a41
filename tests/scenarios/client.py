"""Signs people in and sends their requests; a platform that answers 5xx is an error, never a refusal."""

import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import urllib3

PASSWORD = "scenario-people-only-7"
OWN_PASSWORD = "scenario-people-own-7"
HARNESS_PASSWORD = "harness-demo-only"
TIMEOUT_SECONDS = 180
RETRIES_MAX = 20
TOLD_CHARACTERS_MAX = 600
_OWN: set[str] = set()
"""Who has set their own password; a login is of one run, and every client of this process knows it."""


class PlatformError(Exception):
    """The platform did not answer as a platform should."""


@dataclass(frozen=True)
class ApiCall:
    """One request of one person; `key` is the Idempotency-Key of a POST, bytes are a PNG."""

    caller: str
    method: str
    path: str
    body: dict[str, Any] | bytes | None = None
    key: UUID | None = None
    wait: bool = False
    if_match: str | None = None


@dataclass
class Client:
    """Requests as people, by the name they sign in with."""

    base: str
    session: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))
    tokens: dict[str, str] = field(default_factory=dict)
    instant: datetime | None = None

    def send(self, call: ApiCall) -> tuple[int, Any]:
        """Return the status and the document answered to a call."""
        for _ in range(RETRIES_MAX):
            answer = self._once(call)
            if answer.status == 401:
                self.tokens.pop(call.caller, None)
            elif answer.status in (429, 503):
                time.sleep(float(answer.headers.get("Retry-After", "1")))
            else:
                break
        if answer.status >= 500 or answer.status == 401:
            raise PlatformError(f"{call.method} {call.path} by {call.caller}: {_told(answer)}")
        document = answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.data.decode()
        return answer.status, document

    def get(self, caller: str, path: str, **query: object) -> Any:
        """Return a document that must be there."""
        text = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items() if value is not None)
        status, document = self.send(ApiCall(caller, "GET", f"{path}?{text}" if text else path))
        if status != 200:
            raise PlatformError(f"GET {path}?{text}: {status} {document}")
        return document

    def items(self, caller: str, path: str, **query: object) -> list[dict[str, Any]]:
        """Return every row of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = self.get(caller, path, limit=200, cursor=cursor, **query)
            found += page["items"]
            cursor = page.get("next")
            if not cursor:
                return found

    def advance(self, instant: datetime) -> None:
        """Move the platform's time and let everything due happen."""
        answer = self._ask("PUT", "/demo/clock", {"now": instant.isoformat()})
        if answer.status != 200:
            raise PlatformError(f"clock to {instant}: {_told(answer)}")
        self.instant = instant

    def settle(self, since: datetime | None = None) -> dict[str, int]:
        """Wait until nothing is under way; return the events counted since an instant."""
        query = f"?since={quote(since.isoformat())}" if since else ""
        answer = self._ask("GET", f"/demo/settled{query}")
        document = answer.json() if answer.status == 200 else {}
        if not document.get("settled"):
            raise PlatformError(f"the platform does not settle: {_told(answer)}")
        return dict(document.get("events", {}))

    def sign_in(self, caller: str) -> str:
        """Return a token of this person, asked for once."""
        if caller not in self.tokens:
            password = HARNESS_PASSWORD if caller.startswith("harness-") else PASSWORD
            session = self._session(caller, OWN_PASSWORD if caller in _OWN else password)
            if session["password_change_required"]:
                self._set_own_password(caller, session["access_token"])
                session = self._session(caller, OWN_PASSWORD)
            self.tokens[caller] = session["access_token"]
        return self.tokens[caller]

    def _session(self, caller: str, password: str) -> dict[str, Any]:
        answer = self._ask("POST", "/v1/sessions", {"login": caller, "password": password})
        if answer.status not in (200, 201):
            raise PlatformError(f"{caller} cannot sign in: {_told(answer)}")
        session: dict[str, Any] = answer.json()
        return session

    def _set_own_password(self, caller: str, token: str) -> None:
        """The password that a person was registered with is good for one sign-in, to set their own."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        body = {"password": PASSWORD, "new_password": OWN_PASSWORD}
        answer = self._ask("POST", "/v1/me/password", body, headers)
        if answer.status != 200:
            raise PlatformError(f"{caller} cannot set a password: {_told(answer)}")
        _OWN.add(caller)

    def _once(self, call: ApiCall) -> urllib3.BaseHTTPResponse:
        headers = {"Authorization": f"Bearer {self.sign_in(call.caller)}", "Accept-Language": "en"}
        if call.key:
            headers["Idempotency-Key"] = str(call.key)
        if call.if_match:
            headers["If-Match"] = call.if_match
        if call.wait:
            headers["Prefer"] = "wait=5"
        return self._ask(call.method, call.path, call.body, headers)

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | bytes | None = None, headers: dict[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        content, headers = None, headers or {}
        if isinstance(body, bytes):
            content, headers = body, headers | {"Content-Type": "image/png"}
        elif body is not None:
            content, headers = json.dumps(body).encode(), headers | {"Content-Type": "application/json"}
        return self.session.request(method, self.base + path, body=content, headers=headers, timeout=TIMEOUT_SECONDS)


def _told(answer: urllib3.BaseHTTPResponse) -> str:
    return f"{answer.status} {answer.data.decode()[:TOLD_CHARACTERS_MAX]}"
