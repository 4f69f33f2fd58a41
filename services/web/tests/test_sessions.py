"""Signing in, what the browser holds, and that nothing typed is lost."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from services.web.clients.transport import ApiRequest
from services.web.kit.carried import local_path
from services.web.sessions.signed_in import Sessions
from services.web.sessions.store import SessionStore
from services.web.tests.support import Answered, TableApi, csrf, open_pages, sign_in, signed_in, tokens

ELDER = ("recipient",)


@pytest.fixture
def api() -> TableApi:
    return TableApi(signed_in(ELDER))


@pytest.fixture
def pages(api: TableApi, tmp_path: Path) -> Flask:
    return open_pages(tmp_path, api)


def test_the_cookie_holds_a_reference_and_the_store_shows_no_token(pages: Flask, tmp_path: Path) -> None:
    client = pages.test_client()

    answer = sign_in(client)

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/elder"
    cookie = "".join(answer.headers.getlist("Set-Cookie"))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "access-first" not in cookie
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"access-first" not in stored
    assert b"refresh-first" not in stored
    assert ((tmp_path / "sessions.sqlite").stat().st_mode & 0o777) == 0o600


def test_behind_https_the_cookie_is_for_this_host_over_https_only(api: TableApi, tmp_path: Path) -> None:
    client = open_pages(tmp_path, api, secure=True).test_client()

    cookie = client.get("/sign-in", base_url="https://pages.example").headers["Set-Cookie"]

    assert cookie.startswith("__Host-timebank=")
    assert "Secure" in cookie


def test_signing_in_begins_a_new_session_whatever_the_browser_held(pages: Flask) -> None:
    client = pages.test_client()
    before = csrf(client)

    sign_in(client)

    assert csrf(client, "/me") != before


def test_a_form_without_its_token_does_nothing(pages: Flask, api: TableApi) -> None:
    client = pages.test_client()
    sign_in(client)

    answer = client.post("/elder/ask/B1", data={"when": "morning"})

    assert answer.status_code == 400
    assert api.sent("PUT") == []
    elsewhere = client.post(
        "/sign-out", data={"csrf_token": csrf(client, "/me")}, headers={"Origin": "https://evil.example"}
    )
    assert elsewhere.status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost", "https://localhost", "null"])
def test_a_form_of_ours_is_taken_also_where_a_proxy_ends_tls(pages: Flask, origin: str) -> None:
    client = pages.test_client()
    sign_in(client)

    answer = client.post("/sign-out", data={"csrf_token": csrf(client, "/me")}, headers={"Origin": origin})

    assert answer.status_code == 303


def test_who_may_not_open_a_page_is_told_so_in_their_language(pages: Flask) -> None:
    client = pages.test_client()
    sign_in(client)

    answer = client.get("/desk?lang=en")

    assert answer.status_code == 403
    assert "This page is not for you" in answer.get_data(as_text=True)


def test_nobody_is_sent_to_another_host() -> None:
    for path in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "x" * 400,
    ):
        assert local_path(path) == "/"
    assert local_path("/elder?lang=en") == "/elder?lang=en"


def test_after_signing_in_one_comes_back_to_where_one_wanted_to_go(pages: Flask) -> None:
    client = pages.test_client()

    asked = client.get("/elder/time")
    answer = sign_in(client, next="/elder/time")

    assert asked.headers["Location"] == "/sign-in?next=%2Felder%2Ftime"
    assert answer.headers["Location"] == "/elder/time"
    assert sign_in(pages.test_client(), next="//evil.example").headers["Location"] == "/elder"


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(pages: Flask, api: TableApi, tmp_path: Path) -> None:
    client = pages.test_client()
    sign_in(client)
    form = {"csrf_token": csrf(client, "/me"), "page": "/me", "command": "x", "when": "chosen", "minutes": "1:45"}
    with sqlite3.connect(tmp_path / "sessions.sqlite") as lost:
        lost.execute("DELETE FROM session")

    stopped = client.post("/elder/ask/B1", data=form | {"page": "/elder/ask/B1"})

    page = stopped.get_data(as_text=True)
    assert stopped.status_code == 401
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    again = sign_in(client, next="/elder/ask/B1", sealed=sealed)
    assert again.headers["Location"] == "/elder/ask/B1"
    service = {"code": "B1", "name_zh": "陪伴", "name_en": "Company", "min_minutes": 30, "max_minutes": 240}
    api.answers["GET /v1/catalogue-items"] = (200, {"items": [service], "next": None})
    assert 'value="1:45"' in client.get("/elder/ask/B1").get_data(as_text=True)


def test_what_was_typed_is_not_shown_to_somebody_else_who_signs_in(pages: Flask, api: TableApi, tmp_path: Path) -> None:
    client = pages.test_client()
    sign_in(client)
    form = {"csrf_token": csrf(client, "/me"), "page": "/elder/ask/B1", "minutes": "1:45"}
    with sqlite3.connect(tmp_path / "sessions.sqlite") as lost:
        lost.execute("DELETE FROM session")
    page = client.post("/elder/ask/B1", data=form).get_data(as_text=True)
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    other = tokens("other") | {"person_id": "01890a5d-ac96-774b-bcce-b302099a8099"}
    api.answers["POST /v1/sessions"] = (201, other)

    sign_in(client, sealed=sealed)

    service = {"code": "B1", "name_zh": "陪伴", "name_en": "Company", "min_minutes": 30, "max_minutes": 240}
    api.answers["GET /v1/catalogue-items"] = (200, {"items": [service], "next": None})
    assert "1:45" not in client.get("/elder/ask/B1").get_data(as_text=True).replace("1:30", "")


def test_tokens_are_renewed_before_they_end_and_a_refusal_ends_the_session(api: TableApi, tmp_path: Path) -> None:
    api.answers |= signed_in(ELDER, minutes=0)
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)

    assert client.get("/me").status_code == 200
    assert api.asked[-1].headers["Authorization"] == "Bearer access-second"

    api.answers |= signed_in(ELDER, minutes=0) | {"POST /v1/sessions/refresh": (403, {"code": "refresh_token_invalid"})}
    other = open_pages(tmp_path, api).test_client()
    sign_in(other)
    assert other.get("/me").status_code == 303


def test_signing_out_everywhere_ends_every_session_of_the_person(pages: Flask) -> None:
    phone, desk = pages.test_client(), pages.test_client()
    sign_in(phone)
    sign_in(desk)

    phone.post("/sign-out/everywhere", data={"csrf_token": csrf(phone, "/me")})

    assert desk.get("/me").status_code == 303


def test_a_refusal_brings_the_form_back_with_the_reason_and_a_new_command(pages: Flask, api: TableApi) -> None:
    service = {"code": "B1", "name_zh": "陪伴", "name_en": "Company", "min_minutes": 30, "max_minutes": 240}
    api.answers["GET /v1/catalogue-items"] = (200, {"items": [service], "next": None})
    command = "01890a5d-ac96-774b-bcce-b302099a8077"

    def refuse(_wanted: ApiRequest) -> Answered:
        return 422, {"code": "weekly_limit", "title": "Too much for this week"}

    api.answers[f"PUT /v1/redemptions/{command}"] = refuse
    client = pages.test_client()
    sign_in(client)
    form = {
        "csrf_token": csrf(client, "/me"),
        "page": "/elder/ask/B1",
        "command": command,
        "minutes": "2:15",
        "when": "x",
    }

    answer = client.post("/elder/ask/B1", data=form)
    page = client.get("/elder/ask/B1").get_data(as_text=True)

    assert answer.headers["Location"] == "/elder/ask/B1"
    assert "Too much for this week" in page
    assert 'value="2:15"' in page
    assert command not in page


def test_a_name_that_is_a_script_is_shown_as_text(api: TableApi, tmp_path: Path) -> None:
    status, me = cast("Answered", api.answers["GET /v1/me"])
    api.answers["GET /v1/me"] = (status, me | {"names": {"zh": "<script>alert(1)</script>"}})
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)

    page = client.get("/me").get_data(as_text=True)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_stolen_store_opens_nothing_without_the_reference(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions.sqlite", b"secret")
    store.prepare()
    reference = store.open("somebody", {"access_token": "x"})

    assert store.read(reference) == {"access_token": "x"}
    assert store.read("another") is None
    assert SessionStore(tmp_path / "sessions.sqlite", b"other").read(reference) is None
    assert store.claim(reference)
    assert not store.claim(reference)


def test_a_request_that_began_before_tokens_were_renewed_does_not_put_the_old_ones_back(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions.sqlite", b"secret")
    store.prepare()
    sessions = Sessions(store)
    slow = sessions.open(tokens("first"))
    slow.keep("results", [1])

    store.write(slow.reference, {"access_token": "access-second"})
    sessions.keep(slow)

    content = store.read(slow.reference) or {}
    assert (content["access_token"], content["results"]) == ("access-second", [1])


def test_an_ended_session_is_not_written_back(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions.sqlite", b"secret")
    store.prepare()
    sessions = Sessions(store)
    slow = sessions.open(tokens("first"))
    slow.keep("results", [1])

    store.end_all(slow.person_id)
    sessions.keep(slow)

    assert store.read(slow.reference) is None
