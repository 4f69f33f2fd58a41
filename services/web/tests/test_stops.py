"""A volunteer stopped for a day: who is, the form that does it, and the end before its time."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from libs.clock import machine_now
from services.web.tests.support import PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

MIN, STOP, OLD = (f"01890a5d-ac96-774b-bcce-b302099a91{number:02}" for number in range(3))


def stop(stop_id: str, *, hours_ago: int, **more: Any) -> dict[str, Any]:
    """Return a stop of 24 hours that began some hours ago."""
    began = machine_now() - timedelta(hours=hours_ago)
    return {
        "stop_id": stop_id,
        "volunteer_id": MIN,
        "stopped_at": began.isoformat(),
        "ends_at": (began + timedelta(hours=24)).isoformat(),
        "lifted_at": None,
        "stopped_by": PERSON,
        "lifted_by": None,
        "why": "<b>drunk</b>",
        "lifted_why": "",
    } | more


@pytest.fixture
def api() -> TableApi:
    answers = signed_in(("coordinator",)) | {
        "GET /v1/volunteer-stops": (200, {"items": [stop(STOP, hours_ago=1), stop(OLD, hours_ago=30)], "next": None}),
        f"POST /v1/volunteer-stops/{STOP}/lifting": (200, stop(STOP, hours_ago=1)),
    }
    return TableApi(answers)


@pytest.fixture
def client(tmp_path: Path, api: TableApi) -> FlaskClient:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client


def test_the_page_shows_who_is_stopped_and_offers_to_lift_only_what_holds(client: FlaskClient) -> None:
    page = client.get("/desk/stops?lang=en").get_data(as_text=True)

    assert "“&lt;b&gt;drunk&lt;/b&gt;”" in page
    assert f"/desk/stops/{STOP}/lifting" in page
    assert f"/desk/stops/{OLD}/lifting" not in page


def test_a_reason_is_sent_with_the_volunteer_of_the_order(client: FlaskClient, api: TableApi) -> None:
    page = client.get(f"/desk/stops?volunteer={MIN}&lang=en").get_data(as_text=True)
    command = page.split('name="command" value="', 1)[1].split('"', 1)[0]
    api.answers[f"PUT /v1/volunteer-stops/{command}"] = (201, stop(command, hours_ago=0))

    form = {"csrf_token": csrf(client, "/desk/stops"), "command": command, "volunteer_id": MIN, "why": "drunk"}
    answered = client.post("/desk/stops", data=form)

    assert (answered.status_code, answered.headers["Location"]) == (303, "/desk/stops")
    sent = api.sent("PUT")[-1]
    said = (sent.path, json.loads(sent.body))
    assert said == (f"/v1/volunteer-stops/{command}", {"volunteer_id": MIN, "why": "drunk"})


def test_a_stop_is_lifted_with_a_reason(client: FlaskClient, api: TableApi) -> None:
    form = {"csrf_token": csrf(client, "/desk/stops"), "command": OLD, "why": "somebody else"}

    answered = client.post(f"/desk/stops/{STOP}/lifting", data=form)

    assert answered.status_code == 303
    assert json.loads(api.sent("POST")[-1].body) == {"why": "somebody else"}


@pytest.mark.parametrize("words", ["not-an-id", "'--", ""])
def test_a_volunteer_that_is_none_is_not_asked_about(client: FlaskClient, words: str) -> None:
    page = client.get("/desk/stops", query_string={"volunteer": words}).get_data(as_text=True)

    assert 'name="volunteer_id"' not in page


def test_nobody_but_who_may_stop_is_shown_the_page(tmp_path: Path) -> None:
    client = open_pages(tmp_path, TableApi(signed_in(("checker",)))).test_client()
    sign_in(client)

    assert client.get("/desk/stops").status_code == 403


def test_of_which_unit_the_list_is_asked(client: FlaskClient, api: TableApi) -> None:
    client.get("/desk/stops")

    assert next(one for one in api.asked if one.path == "/v1/volunteer-stops").query == (
        ("unit", UNIT),
        ("limit", "100"),
    )
