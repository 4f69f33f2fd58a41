"""What waits for a second person: the whole of it, of every district, and a button only for who may say the word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from libs.programme.words import Role
from services.web.clients.transport import ApiRequest
from services.web.tests.support import PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

LAN, OTHER, COMMAND = (f"01890a5d-ac96-774b-bcce-b302099a70{number:02}" for number in range(3))
EAST, WEST = (f"01890a5d-ac96-774b-bcce-b302099a71{number:02}" for number in range(2))
FINDING, MINE, CLOSE = (f"01890a5d-ac96-774b-bcce-b302099a72{number:02}" for number in range(3))


def listed(*rows: dict[str, Any], then: str | None = None) -> tuple[int, dict[str, Any]]:
    return 200, {"items": list(rows), "next": then}


def finding(finding_id: str, by: str) -> dict[str, Any]:
    """Return a grade that waits."""
    times = {"recorded_at": "2026-03-01T00:00:00Z", "lapses_at": "2026-03-15T00:00:00Z"}
    said = {"finding_id": finding_id, "kind": "assessment", "person_id": LAN, "grade": "mild", "state": "waiting"}
    return said | times | {"recorded_by": by, "roles_to_decide": [Role.CHECKER], "why": ""}


def district(unit_id: str) -> dict[str, Any]:
    return {"unit_id": unit_id, "level": "district", "district_id": unit_id, "path": [UNIT, unit_id], "name_zh": "区"}


def closes(asked: ApiRequest) -> tuple[int, dict[str, Any]]:
    """Return a month that waits in the second district, and none in the first."""
    waiting = {"close_id": CLOSE, "month": "2026-02", "state": "proposed", "proposed_by": OTHER, "district_id": WEST}
    times = {"proposed_at": "2026-03-01T00:00:00Z", "lapses_at": "2026-03-15T00:00:00Z"}
    return listed(waiting | times) if dict(asked.query)["district"] == WEST else listed()


def findings(asked: ApiRequest) -> tuple[int, dict[str, Any]]:
    """Return one finding a page."""
    query = dict(asked.query)
    if query["kind"] != "assessment":
        return listed()
    return listed(finding(MINE, PERSON)) if "cursor" in query else listed(finding(FINDING, OTHER), then="more")


@pytest.fixture
def api() -> TableApi:
    city = {"unit_id": UNIT, "level": "city", "district_id": None, "path": [UNIT], "name_zh": "市"}
    return TableApi(
        signed_in(("checker", "city_admin"))
        | {
            "GET /v1/organisation-units": listed(city, district(EAST), district(WEST)),
            "GET /v1/findings": findings,
            "GET /v1/period-closes": closes,
            f"POST /v1/assessments/{FINDING}/confirmation": (200, {}),
        }
    )


@pytest.fixture
def client(tmp_path: Path, api: TableApi) -> FlaskClient:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client


def test_all_pages_of_a_list_and_all_districts_are_shown(client: FlaskClient) -> None:
    page = client.get("/decisions?lang=en").get_data(as_text=True)

    assert f'id="m-{FINDING}"' in page
    assert f'id="m-{MINE}"' in page
    assert f'id="m-{CLOSE}"' in page


def test_what_one_proposed_oneself_has_no_button(client: FlaskClient) -> None:
    page = client.get("/decisions?lang=en").get_data(as_text=True)

    assert f'action="/decisions/assessment/{FINDING}"' in page
    assert f'action="/decisions/assessment/{MINE}"' not in page
    assert "You proposed it. Somebody else decides." in page


def test_the_second_word_is_sent_where_its_kind_says(client: FlaskClient, api: TableApi) -> None:
    form = {"csrf_token": csrf(client, "/decisions"), "command": COMMAND, "ok": "no", "why": "not seen"}

    assert client.post(f"/decisions/assessment/{FINDING}", data=form).status_code == 303

    sent = [json.loads(asked.body) for asked in api.sent("POST") if asked.path.endswith("/confirmation")]
    assert sent == [{"ok": False, "why": "not seen"}]


@pytest.mark.parametrize("path", [f"/decisions/nothing/{FINDING}", f"/decisions/role/{FINDING}"])
def test_a_kind_that_is_none_and_a_word_about_nobody_lead_nowhere(client: FlaskClient, path: str) -> None:
    form = {"csrf_token": csrf(client, "/decisions"), "command": COMMAND, "ok": "yes"}

    assert client.post(path, data=form).status_code == 404


def test_a_volunteer_decides_nothing(tmp_path: Path) -> None:
    client = open_pages(tmp_path, TableApi(signed_in(("volunteer",)))).test_client()
    sign_in(client)

    assert client.get("/decisions").status_code == 403
