"""The desk says who visits whom; the visitor says whom they saw, and what was wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.web.tests.support import PERSON, TableApi, open_pages, sign_in, signed_in

HI = "01890a5d-ac96-774b-bcce-b302099a8021"
COMMAND = "01890a5d-ac96-774b-bcce-b302099a8022"


@pytest.fixture
def api() -> TableApi:
    plan = {
        "person_id": HI,
        "risk": "high",
        "interval_days": 7,
        "listed_on": "2026-03-02",
        "last_seen_on": None,
        "due_on": "2026-03-09",
        "is_overdue": True,
        "visitor_id": PERSON,
    }
    mine = {name: value for name, value in plan.items() if name != "risk"}
    named = {"names": {"zh": "高大娘"}}
    answers = signed_in(("coordinator", "volunteer")) | {
        "GET /v1/visit-plans": (200, {"items": [plan], "next": None}),
        "GET /v1/visit-plans/mine": (200, {"items": [mine], "next": None}),
        "GET /v1/persons": (200, {"items": [{"person_id": PERSON}], "next": None}),
        "GET /v1/persons/names": (200, {"items": [{"person_id": HI, **named}], "next": None}),
        f"POST /v1/visit-plans/{HI}/visitor": (200, {"person_id": HI, "visitor_id": PERSON}),
        f"PUT /v1/visits/{COMMAND}": (201, {}),
    }
    return TableApi(answers)


@pytest.fixture
def client(api: TableApi, tmp_path: Path) -> FlaskClient:
    opened = open_pages(tmp_path, api).test_client()
    assert sign_in(opened).status_code == 303
    return opened


def token(client: FlaskClient, path: str) -> str:
    """Return what a form carries against forgery."""
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def test_the_desk_finds_a_volunteer_by_name_and_assigns_them(client: FlaskClient, api: TableApi) -> None:
    path = f"/desk/visits/{HI}/visitor"
    desk = client.get("/desk/visits?lang=en").get_data(as_text=True)
    page = client.get(f"{path}?q=min&lang=en").get_data(as_text=True)

    form = {"csrf_token": token(client, path), "command": COMMAND}
    done = client.post(path, data=form | {"visitor_id": PERSON})
    nobody = client.post(path, data=form | {"visitor_id": ""})

    assert path in desk
    assert f'value="{PERSON}"' in page
    assert (done.status_code, nobody.status_code) == (303, 303)
    assert [json.loads(sent.body or b"") for sent in api.sent("POST")] == [{"visitor_id": PERSON}, {"visitor_id": None}]


def test_a_visitor_says_whom_they_saw_and_what_was_wrong(client: FlaskClient, api: TableApi) -> None:
    page = client.get("/volunteer/visits?lang=en").get_data(as_text=True)
    form = {"csrf_token": token(client, "/volunteer/visits"), "command": COMMAND, "person_id": HI, "how": "door"}

    client.post("/volunteer/visits", data=form | {"outcome": "seen", "finding": ["safety", "weather"]})
    client.post("/volunteer/visits", data=form | {"outcome": "no_answer", "finding": ["safety"]})

    assert "高大娘" in page
    assert "high risk" not in page
    seen, unseen = (json.loads(sent.body or b"") for sent in api.sent("PUT"))
    assert seen == {"person_id": HI, "how": "door", "outcome": "seen", "findings": ["safety"]}
    assert unseen == {"person_id": HI, "how": "door", "outcome": "no_answer"}
