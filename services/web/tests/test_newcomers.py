"""The pages by which somebody new gets in: what is typed stays, who looks alike is shown, and nothing is made twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.clients.transport import ApiRequest
from services.web.tests.support import DISTRICT, PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

COMMUNITY = {
    "unit_id": UNIT,
    "parent_id": DISTRICT,
    "name_zh": "春晖社区",
    "name_en": "Chunhui",
    "level": "community",
    "path": [DISTRICT, UNIT],
}
APPLIED = {
    "application_id": PERSON,
    "unit_id": UNIT,
    "state": "applied",
    "waits_for": "identity",
    "waits_since": "2026-03-01T04:00:00Z",
    "applied_at": "2026-03-01T04:00:00Z",
    "why": "",
}
TEXT = {"version": "2026-03", "zh": "我们保存您的姓名。", "en": "We keep your name."}
COMMAND = "01890a5d-ac96-774b-bcce-b302099a8009"


@pytest.fixture
def api() -> TableApi:
    district = {"unit_id": DISTRICT, "name_zh": "东河区", "name_en": "Donghe", "level": "district", "path": [DISTRICT]}
    service = {"code": "B1", "name_zh": "陪伴", "name_en": "Company"}
    return TableApi(
        signed_in(("coordinator",))
        | {
            "POST /v1/applications/codes": (202, {"expires_in_seconds": 600}),
            "POST /v1/applications/tickets": (201, {"ticket": "t" * 43, "expires_in_seconds": 3600}),
            "POST /v1/applications/own": (404, {"code": "record_not_found", "title": "None"}),
            "GET /v1/applications/privacy-text": (200, TEXT),
            "GET /v1/organisation-units": (200, {"items": [district, COMMUNITY], "next": None}),
            "GET /v1/catalogue-items": (200, {"items": [service], "next": None}),
            "GET /v1/persons": (200, {"items": [], "next": None}),
        }
    )


@pytest.fixture
def client(api: TableApi, tmp_path: Path) -> FlaskClient:
    return open_pages(tmp_path, api).test_client()


def _prove(client: FlaskClient) -> None:
    token = csrf(client, "/apply?lang=en")
    client.post("/apply/code", data={"csrf_token": token, "phone_number": "13800000001"})
    answer = client.post("/apply/number", data={"csrf_token": token, "code": "123456"})
    assert answer.status_code == 303


def _send(client: FlaskClient, **more: Any) -> Any:
    said = {"name": "林晓", "born": "1990-01-01", "sex": "female", "unit_id": UNIT, "privacy_version": "2026-03"}
    form = {"csrf_token": csrf(client, "/apply"), "command": COMMAND, "services": ["B1"], "hours": ["6-morning"]}
    return client.post("/apply", data=form | said | more)


def test_a_volunteer_applies_by_number_code_and_one_form(client: FlaskClient, api: TableApi) -> None:
    assert "Telephone number" in client.get("/apply?lang=en").get_data(as_text=True)
    _prove(client)
    page = client.get("/apply").get_data(as_text=True)
    assert "We keep your name." in page
    assert "Chunhui" in page
    api.answers[f"PUT /v1/applications/{COMMAND}"] = (201, APPLIED)
    api.answers["POST /v1/applications/own"] = (200, APPLIED)

    assert _send(client).status_code == 303

    sent = api.sent("PUT")[-1].body.decode()
    assert '"weekday": 6, "begins": "08:00", "ends": "12:00"' in sent
    assert f'"ticket": "{"t" * 43}"' in sent
    assert "the document is to be seen" in client.get("/apply").get_data(as_text=True)


def test_what_an_applicant_typed_is_still_there_after_a_refusal(client: FlaskClient, api: TableApi) -> None:
    _prove(client)
    refusal = {"code": "applicant_too_young", "title": "Come with a guardian"}
    api.answers[f"PUT /v1/applications/{COMMAND}"] = (422, refusal)

    answer = _send(client, born="2012-01-01")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 400
    assert "Come with a guardian" in page
    assert 'value="林晓"' in page
    assert 'value="6-morning" checked' in page
    assert COMMAND not in page


def test_a_number_that_was_proved_too_long_ago_is_proved_again(client: FlaskClient, api: TableApi) -> None:
    _prove(client)
    api.answers["POST /v1/applications/own"] = (403, {"code": "number_not_proved", "title": "Again"})

    assert 'name="phone_number"' in client.get("/apply").get_data(as_text=True)


def test_hostile_words_of_an_applicant_are_only_words(client: FlaskClient, api: TableApi) -> None:
    hostile = "<script>alert(1)</script>"
    row = APPLIED | {"name": hostile, "phone_number": "*1", "services": ["B1"]}
    api.answers["GET /v1/applications"] = (200, {"items": [row], "next": None, "waiting": {"identity": 1}})
    sign_in(client)

    page = client.get("/applicants?lang=en").get_data(as_text=True)

    assert hostile not in page
    assert "&lt;script&gt;" in page


def test_the_desk_asks_for_what_is_named_in_the_address_and_nothing_else(client: FlaskClient, api: TableApi) -> None:
    api.answers["GET /v1/applications"] = (200, {"items": [], "next": None, "waiting": {}})
    sign_in(client)
    client.get("/applicants?waits_for=training&state=nothing")

    asked = dict(next(sent for sent in api.asked if sent.path == "/v1/applications").query)

    assert (asked["waits_for"], asked["state"], asked["unit"]) == ("training", "applied", UNIT)


def test_an_elder_who_looks_registered_is_shown_before_she_is_made_twice(client: FlaskClient, api: TableApi) -> None:
    registered = {
        "person_id": PERSON,
        "name": "于**",
        "born": "1948-12-31",
        "phone_number": "***0001",
        "home_unit_id": UNIT,
    }
    api.answers["GET /v1/persons"] = lambda asked: (200, {"items": _asking(asked, registered), "next": None})
    api.answers[f"PUT /v1/persons/{COMMAND}"] = (201, {"person_id": COMMAND})
    sign_in(client)
    said = {"name": "于凤英", "born": "1948", "sex": "female", "home_unit_id": UNIT}
    said |= {"how": "phone", "words": "我同意登记", "contact_name": "", "contact_number": ""}
    form = said | {"csrf_token": csrf(client, "/register"), "command": COMMAND}

    page = client.post("/register", data=form).get_data(as_text=True)
    assert "于**" in page
    assert 'value="于凤英"' in page
    assert api.sent("PUT") == []

    answer = client.post("/register", data=form | {"is_another": "yes"})
    assert answer.status_code == 303
    body = api.sent("PUT")[-1].body.decode()
    assert '"born": "1948-12-31"' in body
    assert f'"acting_for": "{COMMAND}"' in body


def _asking(asked: ApiRequest, registered: dict[str, str]) -> list[dict[str, str]]:
    return [registered] if ("q", "于凤英") in asked.query else []
