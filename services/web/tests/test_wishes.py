"""What suits somebody: said on the version that was looked at, read at the door, and the language of her pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.tests.support import PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

OTHER = "01890a5d-ac96-774b-bcce-b302099a8009"
DOOR = "4楼没有电梯，家里有狗"
ORDER = {
    "order_id": UNIT,
    "recipient_id": OTHER,
    "unit_id": UNIT,
    "state": "taken",
    "service": "B1",
    "start": "2026-03-06T01:00:00Z",
    "end": "2026-03-06T02:00:00Z",
    "minutes": 60,
    "persons": 1,
    "acts": [],
    "volunteers": [{"person_id": PERSON, "evidence": [], "checked_in_at": None}],
}


def api_for(*roles: str, **more: Any) -> TableApi:
    """Return an API at which somebody with these roles has signed in."""
    table = TableApi(signed_in())
    _, me = table.answers["GET /v1/me"]  # type: ignore[misc]  # An answer of the table, no function.
    held = [{"role": role, "unit_id": UNIT, "state": "held"} for role in roles]
    table.answers["GET /v1/me"] = (200, me | {"roles": held, "version": 7} | more)
    return table


def opened(folder: Path, api: TableApi) -> FlaskClient:
    """Return a browser in which they are signed in."""
    client = open_pages(folder, api).test_client()
    assert sign_in(client).status_code == 303
    return client


def test_an_elder_says_what_must_be_known_at_her_door(tmp_path: Path) -> None:
    api = api_for("recipient", remarks="旧的")
    client = opened(tmp_path, api)
    api.answers[f"POST /v1/persons/{PERSON}/details"] = (200, {})

    page = client.get("/me?lang=zh").get_data(as_text=True)
    form = {"csrf_token": csrf(client, "/me"), "command": OTHER, "version": "7", "remarks": DOOR, "language": "en"}
    answer = client.post("/me/wishes", data=form)

    assert ">旧的</textarea>" in page
    assert 'name="version" value="7"' in page
    [sent] = [asked for asked in api.sent("POST") if asked.path.endswith("/details")]
    assert json.loads(sent.body) == {"language": "en", "remarks": DOOR}
    assert (sent.headers["If-Match"], sent.headers["Idempotency-Key"]) == ('"7"', OTHER)
    assert "language=en" in answer.headers["Set-Cookie"]


def test_who_is_never_visited_is_asked_for_a_language_alone(tmp_path: Path) -> None:
    api = api_for("coordinator")
    client = opened(tmp_path, api)
    api.answers[f"POST /v1/persons/{PERSON}/details"] = (200, {})

    page = client.get("/me").get_data(as_text=True)
    client.post(
        "/me/wishes", data={"csrf_token": csrf(client, "/me"), "command": OTHER, "version": "7", "language": "fr"}
    )

    assert 'name="remarks"' not in page
    [sent] = [asked for asked in api.sent("POST") if asked.path.endswith("/details")]
    assert json.loads(sent.body) == {"language": None}


def test_what_is_spoken_is_ticked_and_sent(tmp_path: Path) -> None:
    api = api_for("recipient", speaks=["wu"])
    client = opened(tmp_path, api)
    api.answers[f"POST /v1/persons/{PERSON}/details"] = (200, {})

    page = client.get("/me?lang=en").get_data(as_text=True)
    form = {"csrf_token": csrf(client, "/me"), "command": OTHER, "version": "7", "remarks": "", "language": ""}
    client.post("/me/wishes", data=form | {"asks_speaks": "1", "speaks": ["yue", "sign", "klingon"]})

    assert 'value="wu" checked' in page
    assert "Yue (Cantonese)" in page
    [sent] = [asked for asked in api.sent("POST") if asked.path.endswith("/details")]
    assert json.loads(sent.body) == {"language": None, "remarks": None, "speaks": ["yue", "sign"]}


@pytest.mark.parametrize(("language", "heading"), [("en", "Hello"), ("zh", "您好"), (None, "您好")])
def test_whoever_signs_in_finds_the_pages_in_the_language_they_like_best(
    tmp_path: Path, language: str | None, heading: str
) -> None:
    client = opened(tmp_path, api_for("recipient", language=language))

    assert heading in client.get("/elder").get_data(as_text=True)


def test_the_volunteer_reads_it_with_the_order(tmp_path: Path) -> None:
    api = api_for("volunteer")
    client = opened(tmp_path, api)
    api.answers[f"GET /v1/orders/{UNIT}"] = (200, ORDER)
    api.answers["GET /v1/orders"] = (200, {"items": [ORDER], "next": None})
    api.answers["GET /v1/catalogue-items"] = (200, {"items": [], "next": None})
    api.answers[f"GET /v1/persons/{OTHER}"] = (200, {"person_id": OTHER, "names": {"zh": "兰"}, "remarks": DOOR})

    assert DOOR in client.get(f"/volunteer/orders/{UNIT}").get_data(as_text=True)


def test_a_paper_is_printed_in_the_language_of_whom_it_is_for(tmp_path: Path) -> None:
    api = api_for("coordinator")
    client = opened(tmp_path, api)
    api.answers[f"GET /v1/persons/{OTHER}"] = (200, {"person_id": OTHER, "names": {"zh": "兰"}, "language": "en"})
    api.answers["GET /v1/wallets"] = (403, {"code": "not_authorised", "title": "No"})

    refused = client.get(f"/papers/{OTHER}/slip.pdf").get_data(as_text=True)
    asked_for = client.get(f"/papers/{OTHER}/slip.pdf?lang=zh").get_data(as_text=True)

    assert 'lang="en"' in refused
    assert 'lang="zh-CN"' in asked_for
