"""Signing in by a telephone: a QR that names this host, a page that looks again by itself, a yes with what is known."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.web.tests.qr import read_qr
from services.web.tests.support import Answers, TableApi, csrf, open_pages, sign_in, signed_in, tokens

ASKED = {"secret": "the-secret", "approval": "the-approval", "number": "0042", "expires_at": "2026-03-02T01:00:00Z"}
SHOWN = {
    "about": "Firefox, Windows",
    "address": "192.0.2.7",
    "number": "0042",
    "asked_at": "2026-03-02T01:00:00Z",
    "expires_at": "2026-03-02T01:05:00Z",
    "person_id": "p",
}
WAITING = (200, {"state": "waiting"})


@pytest.fixture
def api() -> TableApi:
    answers: Answers = {
        "POST /v1/sessions/requests": (201, ASKED),
        "POST /v1/sessions/requests/result": WAITING,
        "GET /v1/sessions/requests/the-approval": (200, SHOWN),
        "POST /v1/sessions/requests/the-approval/decision": (200, {"decision": "approved"}),
    }
    return TableApi(signed_in() | answers)


@pytest.fixture
def client(api: TableApi, tmp_path: Path) -> FlaskClient:
    return open_pages(tmp_path, api).test_client()


def _ask(client: FlaskClient) -> None:
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/130.0"}
    assert client.post("/sign-in/device", data={"csrf_token": csrf(client)}, headers=agent).status_code == 303


def test_the_picture_leads_to_the_approval_and_holds_no_secret(client: FlaskClient, api: TableApi) -> None:
    _ask(client)

    page = client.get("/sign-in/device?lang=en").get_data(as_text=True)

    drawn = re.search(r"<svg[^>]*viewBox.*?</svg>", page.split('class="qr"', 1)[1], re.DOTALL)
    assert drawn is not None
    assert read_qr(drawn[0]) == "http://localhost/sign-in/approve/the-approval"
    assert "0042" in page
    assert "the-secret" not in page
    assert '<meta http-equiv="refresh"' in page
    [asked] = [sent for sent in api.asked if sent.path == "/v1/sessions/requests"]
    assert json.loads(asked.body) == {"about": "Firefox, Windows"}


def test_once_it_is_approved_the_browser_that_asked_is_signed_in(client: FlaskClient, api: TableApi) -> None:
    _ask(client)
    client.get("/sign-in/device")
    api.answers["POST /v1/sessions/requests/result"] = (200, tokens("first") | {"state": "signed_in"})

    answer = client.get("/sign-in/device")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/elder")
    assert client.get("/me").status_code == 200


def test_another_browser_gets_nothing(client: FlaskClient, api: TableApi) -> None:
    _ask(client)
    other = client.application.test_client()

    assert other.get("/sign-in/device").headers["Location"] == "/sign-in"
    assert not [sent for sent in api.asked if sent.path.endswith("/result")]


def test_a_request_that_is_over_says_so(client: FlaskClient, api: TableApi) -> None:
    _ask(client)
    api.answers["POST /v1/sessions/requests/result"] = (422, {"code": "sign_in_request_over", "title": "Over"})

    assert client.get("/sign-in/device?lang=en").headers["Location"] == "/sign-in"
    assert "is over" in client.get("/sign-in?lang=en").get_data(as_text=True)
    assert client.get("/sign-in/device").headers["Location"] == "/sign-in"


def test_who_is_asked_sees_where_and_what_before_saying_yes(client: FlaskClient, api: TableApi) -> None:
    assert "/sign-in?next=" in client.get("/sign-in/approve/the-approval").headers["Location"]
    sign_in(client)

    page = client.get("/sign-in/approve/the-approval?lang=en").get_data(as_text=True)

    for part in ("Firefox, Windows", "192.0.2.7", "0042", "Yu Fengying"):
        assert part in page
    command = re.search(r'name="command" value="([^"]+)"', page)
    assert command is not None
    token = csrf(client, "/sign-in/approve/the-approval")
    form = {"csrf_token": token, "command": command[1], "ok": "no"}
    assert client.post("/sign-in/approve/the-approval", data=form).status_code == 303
    [sent] = api.sent("POST") or [sent for sent in api.asked if sent.path.endswith("/decision")]
    assert json.loads(sent.body) == {"ok": False}


def test_nothing_is_decided_without_the_token_of_the_session(client: FlaskClient, api: TableApi) -> None:
    sign_in(client)

    assert client.post("/sign-in/approve/the-approval", data={"ok": "yes"}).status_code == 400
    assert not [sent for sent in api.asked if sent.path.endswith("/decision")]
