"""The page at the door as the server gives it: what a script may ask, in words, and what stays behind at sign-out."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from libs.clock import machine_now
from services.web.tests.support import NAMES, PERSON, UNIT, TableApi, open_pages, sign_in, signed_in

KEY = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}


@pytest.fixture
def api() -> TableApi:
    return TableApi(signed_in(("volunteer",)))


@pytest.fixture
def client(api: TableApi, tmp_path: Path) -> FlaskClient:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client


def _state(client: FlaskClient) -> dict[str, str]:
    state: dict[str, str] = client.get("/door/state").get_json()
    return state


def test_the_page_learns_who_is_signed_in_and_how_far_its_clock_is_off(client: FlaskClient) -> None:
    assert _state(client).keys() == {"csrf", "person", "now"}
    assert _state(client)["person"] == PERSON


@pytest.mark.parametrize("path", ["/door/acts", "/door/device"])
def test_nothing_is_sent_without_the_token_of_the_session(client: FlaskClient, api: TableApi, path: str) -> None:
    before = len(api.asked)

    assert client.post(path, json={"acts": []}).status_code == 400
    assert client.post(path, json={}, headers={"X-CSRFToken": "x"}).status_code == 400
    token = {"X-CSRFToken": _state(client)["csrf"]}
    assert client.post(path, json={}, headers=token | {"Origin": "http://elsewhere.example"}).status_code == 403
    assert not [asked for asked in api.asked[before:] if asked.method == "POST"]


def test_acts_go_to_the_api_as_they_were_signed_and_come_back_in_words(client: FlaskClient, api: TableApi) -> None:
    results = [
        {"result": "done", "code": "", "advice": "nothing"},
        {"result": "refused", "code": "act_too_old", "advice": "late_entry"},
    ]
    api.answers["POST /v1/door-acts"] = (200, {"items": results})
    acts = [{"text": "{}", "signature": "s"}, {"text": "{}", "signature": "t"}]

    answer = client.post(
        "/door/acts?lang=en", json={"acts": acts, "more": 1}, headers={"X-CSRFToken": _state(client)["csrf"]}
    )

    assert [became["words"] for became in answer.get_json()["items"]] == [
        "Counted. Because it was done without a network, a coordinator looks at it.",
        "It was sent too late to count by itself. "
        "If you did serve, ask your coordinator to enter it from a paper slip.",
    ]
    [sent] = api.sent("POST")
    assert json.loads(sent.body) == {"acts": acts}


@pytest.mark.parametrize("body", [[], "x", 3, None, {"acts": None}])
def test_a_refusal_comes_as_words_for_the_script(client: FlaskClient, api: TableApi, body: object) -> None:
    api.answers["POST /v1/door-acts"] = (422, {"code": "invalid_request", "title": "No"})

    answer = client.post("/door/acts", json=body, headers={"X-CSRFToken": _state(client)["csrf"]})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_request")
    assert answer.content_type == "application/json"


def test_a_device_is_registered_by_its_public_half(client: FlaskClient, api: TableApi) -> None:
    api.answers["POST /v1/me/devices"] = (200, {"key_id": "k"})

    client.post("/door/device", json={"public_key": KEY}, headers={"X-CSRFToken": _state(client)["csrf"]})

    [sent] = api.sent("POST")
    assert json.loads(sent.body) == {"public_key": KEY}


def test_only_a_volunteer_has_the_page(tmp_path: Path) -> None:
    client = open_pages(tmp_path, TableApi(signed_in(("recipient",)))).test_client()
    sign_in(client)

    for path in ("/door", "/door/state"):
        assert client.get(path).status_code == 403


def test_whose_session_ended_is_sent_to_sign_in_by_the_page_and_told_so_by_the_script(tmp_path: Path) -> None:
    client = open_pages(tmp_path, TableApi(signed_in(("volunteer",)))).test_client()

    assert client.get("/door/state").status_code == 303
    assert client.get("/door").headers["Location"].endswith("/sign-in?next=%2Fdoor")


def test_signing_out_has_the_browser_forget(client: FlaskClient) -> None:
    token = _state(client)["csrf"]

    for path in ("/sign-out", "/sign-out/everywhere"):
        answer = client.post(path, data={"csrf_token": token})
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        sign_in(client)
        token = _state(client)["csrf"]


def test_the_worker_is_given_at_the_root_and_keeps_no_page_but_the_one_at_the_door(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")
    script = answer.get_data(as_text=True)

    assert answer.content_type.startswith("text/javascript")
    assert 'const PAGE = "/door";' in script
    assert script.count("cache.put(") == 3
    manifest = client.get("/app.webmanifest")
    assert manifest.content_type.startswith("application/manifest+json")
    assert manifest.get_json()["start_url"] == "/door"


def test_the_page_asks_for_all_it_shows_by_one_question(client: FlaskClient, api: TableApi) -> None:
    start = (machine_now() + timedelta(hours=1)).isoformat()
    people = [f"01890a5d-ac96-774b-bcce-b302099a90{number:02}" for number in range(4)]
    order = {"state": "taken", "service": "B1", "start": start, "minutes": 60, "unit_id": UNIT, "acts": []}
    mine: list[dict[str, Any]] = [{"person_id": PERSON, "evidence": [], "checked_in_at": None}]
    rows = [order | {"order_id": person, "recipient_id": person, "volunteers": mine} for person in people]
    sides = [{"person_id": person, "names": NAMES, "address": f"某路{person[-2:]}号"} for person in people]
    api.answers["GET /v1/orders"] = (200, {"items": rows, "next": None})
    api.answers["GET /v1/me/order-sides"] = (200, {"items": sides, "next": None})
    client.get("/door")
    api.asked.clear()

    page = client.get("/door").get_data(as_text=True)

    assert all(f"某路{person[-2:]}号" in page for person in people)
    assert [asked.path for asked in api.asked] == ["/v1/orders", "/v1/me/order-sides"]
    api.answers["GET /v1/me/order-sides"] = (403, {"code": "person_suspended"})
    assert client.get("/door").status_code == 200
