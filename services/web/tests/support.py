"""Pages over a small API that answers from a table: for what is the pages' own. Journeys use the real platform."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from libs.clock import SystemClock, machine_now
from services.web.app import create_app
from services.web.clients.transport import ApiAnswer, ApiRequest, ServiceAwayError
from services.web.parts import About, DemoPerson, WebParts

UNIT = "01890a5d-ac96-774b-bcce-b302099a8001"
DISTRICT = "01890a5d-ac96-774b-bcce-b302099a8002"
PERSON = "01890a5d-ac96-774b-bcce-b302099a8003"
NAMES = {"zh": "于凤英", "en": "Yu Fengying"}
Answered = tuple[int, Any]
Answers = dict[str, Answered | Callable[[ApiRequest], Answered]]


@dataclass
class TableApi:
    """Answers by method and path, and notes what it was asked."""

    answers: Answers = field(default_factory=dict)
    asked: list[ApiRequest] = field(default_factory=list)
    away: set[str] = field(default_factory=set)

    def send(self, wanted: ApiRequest) -> ApiAnswer:
        """Answer as the table says; 404 for what it does not name."""
        self.asked.append(wanted)
        if any(wanted.path.startswith(path) for path in self.away):
            raise ServiceAwayError
        answer = self.answers.get(f"{wanted.method} {wanted.path}", (404, {"code": "not_found", "title": "Nothing"}))
        status, document = answer(wanted) if callable(answer) else answer
        body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
        return ApiAnswer(status, {}, body)

    def sent(self, method: str) -> list[ApiRequest]:
        """Return what was asked by a method."""
        return [sent for sent in self.asked if sent.method == method and "/sessions" not in sent.path]


def signed_in(roles: tuple[str, ...] = ("recipient",), *, minutes: int = 10) -> Answers:
    """Return the answers that let somebody with these roles sign in."""
    unit = {"unit_id": UNIT, "name_zh": "春晖社区", "name_en": "Chunhui", "level": "community"}
    held = [{"role": role, "unit_id": UNIT, "state": "held"} for role in roles]
    me = {
        "person_id": PERSON,
        "names": NAMES,
        "roles": held,
        "home_unit_id": UNIT,
        "home_unit": unit,
        "district_id": DISTRICT,
        "sign_in_name": "elder",
        "registered_at": "2026-01-01T00:00:00Z",
    }
    return {
        "POST /v1/sessions": (201, tokens("first", minutes=minutes)),
        "POST /v1/sessions/refresh": (200, tokens("second")),
        "DELETE /v1/sessions/current": (204, None),
        "DELETE /v1/sessions": (204, None),
        "GET /v1/me": (200, me),
        f"GET /v1/organisation-units/{UNIT}": (200, unit),
        "GET /v1/persons/names": (200, {"items": [], "next": None}),
        "GET /v1/wallets": (200, {"items": [], "next": None}),
        "GET /v1/orders": (200, {"items": [], "next": None}),
    }


def tokens(name: str, *, minutes: int = 10) -> dict[str, Any]:
    """Return what the API answers to a sign-in."""
    ends = machine_now() + timedelta(minutes=minutes)
    return {
        "access_token": f"access-{name}",
        "refresh_token": f"refresh-{name}",
        "expires_at": ends.isoformat(),
        "person_id": PERSON,
        "password_change_required": False,
    }


def open_pages(folder: Path, api: TableApi, *, demo: bool = True, secure: bool = False) -> Flask:
    """Return the pages over an API."""
    person = DemoPerson("elder", "secret-word", "于凤英", "老人", "elder", "春晖社区")
    about = About(("accounts", "orders"), "postgres", lambda: [person])
    return create_app(
        WebParts(
            api=api,
            sessions_file=folder / "sessions.sqlite",
            secret=b"a secret of the tests",
            clock=SystemClock(),
            programme_name="互助时间平台",
            desk_phone="0000 1234 5678",
            secure_cookies=secure,
            about=about if demo else None,
        )
    )


def csrf(client: FlaskClient, path: str = "/sign-in") -> str:
    """Return the token of a page's form."""
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def sign_in(client: FlaskClient, **more: str) -> Any:
    """Sign in by the form."""
    form = {"csrf_token": csrf(client), "login": "elder", "password": "secret-word", **more}
    return client.post("/sign-in", data=form)


def instant(text: str) -> str:
    """Return an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat()
