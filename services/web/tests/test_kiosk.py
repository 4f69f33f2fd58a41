"""A device that everybody shares: nobody stays signed in on it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.clock import machine_now
from services.web.kit import kiosk
from services.web.kit.viewer import EXTENSION, REFERENCE
from services.web.tests.support import TableApi, csrf, open_pages, sign_in, signed_in


@pytest.fixture
def api() -> TableApi:
    return TableApi(signed_in(("recipient",)))


@pytest.fixture
def pages(api: TableApi, tmp_path: Path) -> Flask:
    return open_pages(tmp_path, api)


@pytest.fixture
def shared(pages: Flask) -> FlaskClient:
    """A browser on a shared device."""
    client = pages.test_client()
    assert client.post("/kiosk", data={"csrf_token": csrf(client, "/kiosk")}).headers["Location"] == "/kiosk"
    return client


def leave(pages: Flask, client: FlaskClient) -> None:
    """Let the session be left for longer than is waited."""
    with client.session_transaction() as cookie:
        reference = cookie[REFERENCE]
    past = (machine_now() - timedelta(seconds=1)).isoformat()
    pages.extensions[EXTENSION].sessions.store.write(reference, {kiosk.UNTIL: past})


def test_whoever_is_done_is_signed_out_and_the_first_page_is_there_for_the_next(shared: FlaskClient) -> None:
    sign_in(shared)
    page = shared.get("/me?lang=en").get_data(as_text=True)

    answer = shared.post("/sign-out", data={"csrf_token": csrf(shared, "/me")})

    assert "I am done" in page
    assert 'content="180;url=/kiosk/there?next=/me"' in page
    assert answer.headers["Location"] == "/kiosk"
    assert "kiosk-done" not in shared.get("/kiosk?lang=en").get_data(as_text=True)
    assert shared.get("/me").status_code == 303


def test_who_walks_away_is_signed_out_here_and_at_the_api(pages: Flask, shared: FlaskClient, api: TableApi) -> None:
    sign_in(shared)
    leave(pages, shared)

    answer = shared.get("/me")

    assert answer.headers["Location"].startswith("/sign-in")
    ended = [sent for sent in api.asked if (sent.method, sent.path) == ("DELETE", "/v1/sessions/current")]
    assert [sent.headers["Authorization"] for sent in ended] == ["Bearer access-first"]


def test_what_a_person_opens_keeps_them_signed_in_and_what_the_browser_opens_does_not(
    pages: Flask, shared: FlaskClient
) -> None:
    sign_in(shared)
    store = pages.extensions[EXTENSION].sessions.store
    with shared.session_transaction() as cookie:
        reference = cookie[REFERENCE]
    soon = (machine_now() + timedelta(seconds=30)).isoformat()
    store.write(reference, {kiosk.UNTIL: soon})

    asked = shared.get("/kiosk/there?next=/elder/time&lang=en").get_data(as_text=True)
    after_the_browser = store.read(reference)[kiosk.UNTIL]
    awake = shared.post("/kiosk/awake", data={"csrf_token": csrf(shared, "/me")})

    assert 'href="/elder/time"' in asked
    assert after_the_browser == soon
    assert awake.status_code == 204
    assert store.read(reference)[kiosk.UNTIL] > soon


def test_one_is_not_led_to_another_host_from_the_question(shared: FlaskClient) -> None:
    sign_in(shared)

    page = shared.get("/kiosk/there?next=//evil.example/").get_data(as_text=True)

    assert 'href="//evil' not in page
    assert '<a class="button big" href="/">' in page


def test_the_cookie_of_a_session_ends_with_the_browser(shared: FlaskClient) -> None:
    cookies = [one for one in sign_in(shared).headers.getlist("Set-Cookie") if one.startswith("timebank=")]

    assert cookies
    assert all("Expires" not in one for one in cookies)


def test_elsewhere_nothing_is_as_on_a_shared_device(pages: Flask) -> None:
    client = pages.test_client()
    sign_in(client)

    page = client.get("/me?lang=en").get_data(as_text=True)

    assert "I am done" not in page
    assert "kiosk.js" not in page


def test_only_who_works_at_a_desk_ends_the_sharing(shared: FlaskClient, api: TableApi) -> None:
    sign_in(shared)
    refused = shared.post("/kiosk/off", data={"csrf_token": csrf(shared, "/me")})
    shared.post("/sign-out", data={"csrf_token": csrf(shared, "/me")})
    api.answers |= signed_in(("operator",))
    sign_in(shared)
    allowed = shared.post("/kiosk/off", data={"csrf_token": csrf(shared, "/me")})

    assert refused.status_code == 403
    assert allowed.status_code == 303
    assert "I am done" not in shared.get("/me?lang=en").get_data(as_text=True)
