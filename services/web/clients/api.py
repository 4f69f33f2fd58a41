"""The public API as one person uses it: a method per kind of request, problems as exceptions."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from libs.ids import new_id
from services.web.clients.transport import ANSWER_SECONDS, ApiAnswer, ApiRequest, ServiceAwayError, Transport

PAGE_SIZE = 200
PAGES_MAX = 20
EVERY_PAGES_MAX = 5_000
"""A million rows: as many as a sheet holds."""
WAIT = "wait=5"
AWAY = (502, 503, 504)


class ProblemError(Exception):
    """The API refused, and said why in the person's language."""

    def __init__(self, status: int, document: Mapping[str, Any] | None, headers: Mapping[str, str]) -> None:
        self.status = status
        self.fields: dict[str, Any] = dict(document or {})
        self.code = str(self.fields.get("code", "http_error"))
        self.title = str(self.fields.get("title", ""))
        self.retry_after = headers.get("retry-after", "")
        super().__init__(f"{status} {self.code}")


class TooLongError(Exception):
    """A list has more rows than a sheet holds."""


@dataclasses.dataclass(frozen=True)
class Api:
    """What a page asks for, on behalf of whoever holds the token."""

    transport: Transport
    language: str = "zh-CN"
    token: str = ""
    address: str = ""
    request_id: str = ""

    def get(self, path: str, **query: object) -> Any:
        """Return what is there."""
        return self.answer("GET", path, query=query).document()

    def rows(self, path: str, **query: object) -> list[dict[str, Any]]:
        """Return the first page of a list."""
        answered = self.get(path, **query)
        return list(answered["items"]) if answered else []

    def all_rows(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Yield a whole list, page by page, up to a bound."""
        cursor = None
        for _ in range(PAGES_MAX):
            answered = self.get(path, **{"limit": PAGE_SIZE} | query | {"cursor": cursor})
            yield from answered["items"]
            cursor = answered["next"]
            if not cursor:
                return

    def every_page(self, path: str, **query: object) -> Iterator[list[dict[str, Any]]]:
        """Yield a whole list to save, page by page.

        Raises:
            TooLongError: more rows follow than a sheet holds.
        """
        cursor = None
        for _ in range(EVERY_PAGES_MAX):
            answered = self.get(path, **{"limit": PAGE_SIZE} | query | {"cursor": cursor})
            yield answered["items"]
            cursor = answered["next"]
            if not cursor:
                return
        raise TooLongError

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something under an id of ours; where an answer may come later, wait for it a little."""
        return self.answer("PUT", path, body=body, headers={"Prefer": WAIT}).document()

    def put_file(self, path: str, content: bytes, *, kind: str, **query: object) -> Any:
        """Keep a file under an id of ours."""
        return self.answer("PUT", path, query=query, content=content, headers={"Content-Type": kind}).document()

    def post(self, path: str, body: Mapping[str, Any], *, command: UUID | str, version: str = "") -> Any:
        """Have something done once, however often it is asked under this command; on a version, if one is named."""
        looked_at = {"If-Match": f'"{version}"'} if version else {}
        headers = {"Idempotency-Key": str(command), "Prefer": WAIT} | looked_at
        return self.answer("POST", path, body=body, headers=headers).document()

    def post_file(self, path: str, content: bytes, *, kind: str, command: UUID | str) -> Any:
        """Send a file of a kind once, however often it is sent under this command."""
        headers = {"Idempotency-Key": str(command), "Content-Type": kind}
        return self.answer("POST", path, content=content, headers=headers).document()

    def delete(self, path: str, *, command: UUID | str | None = None) -> Any:
        """End something."""
        headers = {"Idempotency-Key": str(command)} if command else {}
        return self.answer("DELETE", path, headers=headers).document()

    def answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, Any] | None = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> ApiAnswer:
        """Send a request and return the answer to it.

        Raises:
            ProblemError: the API refused.
            ServiceAwayError: nobody answered.
        """
        asked = tuple(
            (name, str(value))
            for name, given in (query or {}).items()
            for value in (given if isinstance(given, list | tuple) else [given])
            if value is not None
        )
        content = json.dumps(body).encode() if body is not None else content
        answer = self.transport.send(
            ApiRequest(
                method, path, asked, self._headers(content) | dict(headers or {}), content, self.address, seconds
            )
        )
        if answer.status in AWAY:
            raise ServiceAwayError(str(answer.status))
        if answer.status >= 400:
            document = answer.document()
            raise ProblemError(answer.status, document if isinstance(document, dict) else None, answer.headers)
        return answer

    def _headers(self, content: bytes) -> dict[str, str]:
        headers = {"Accept-Language": self.language, "X-Request-Id": self.request_id or str(new_id())}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if content:
            headers["Content-Type"] = "application/json"
        return headers
