"""Versions of services at the district, the form of the next one, and who was visited: with forms alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.tests.support import PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

PROPOSAL = "01890a5d-ac96-774b-bcce-b302099b7201"
OTHER = "01890a5d-ac96-774b-bcce-b302099b7202"
PATH = f"/v1/catalogue-items/proposals/{PROPOSAL}"
BATH: dict[str, Any] = {
    "code": "A3",
    "version": 1,
    "effective": "2026-01-01",
    "until": None,
    "district_id": None,
    "name_zh": "<b>助浴</b>",
    "name_en": "Bathing",
    "service_class": "A",
    "risk": "H",
    "persons": 2,
    "min_minutes": 30,
    "max_minutes": 120,
    "coefficient_percent": 100,
    "night_percent": 150,
    "night_from": 21,
    "night_until": 6,
    "season_percent": 100,
    "season_from": "",
    "season_until": "",
    "funding": ["credit", "pool"],
    "certificate": "carer",
    "certificate_for": "",
    "max_grade": "mild",
    "checklist": ["血压", "水温"],
    "reserve_yuan_per_hour": 40,
}
WAITING = {
    "proposal_id": PROPOSAL,
    "unit_id": UNIT,
    "service": BATH | {"version": 2, "effective": "2030-01-01"},
    "state": "proposed",
    "proposed_by": OTHER,
    "proposed_at": "2026-03-01T00:00:00Z",
    "lapses_at": "2026-03-15T00:00:00Z",
    "roles_to_decide": ["city_admin"],
    "decided_by": None,
    "why": "",
}


def page_of(*rows: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 200, {"items": list(rows), "next": None}


def opened(tmp_path: Path, role: str) -> tuple[FlaskClient, TableApi]:
    """Return the pages of somebody with a role, with one service, also of another district, and one proposal."""
    elsewhere = BATH | {"version": 9, "district_id": OTHER, "name_en": "Elsewhere"}
    api = TableApi(
        signed_in((role,))
        | {
            "GET /v1/organisation-units": page_of(),
            "GET /v1/catalogue-items/versions": page_of(BATH, elsewhere),
            "GET /v1/catalogue-items/proposals": page_of(WAITING),
            f"PUT {PATH}": (201, WAITING),
            f"POST {PATH}/decision": (200, WAITING | {"state": "accepted"}),
            "GET /v1/indicators/visits/rows": page_of({"person_id": PERSON, "risk": "key", "last_seen_on": None}),
        }
    )
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client, api


def shown_form(client: FlaskClient) -> dict[str, Any]:
    """Return what the form of the next version would send as it is shown, without days."""
    fields = {name: str(value) for name, value in BATH.items() if isinstance(value, str | int)}
    token = csrf(client, "/district/catalogue/next?code=A3")
    lists = {"funding": BATH["funding"], "checklist": "血压\r\n\r\n 水温 "}
    return fields | lists | {"csrf_token": token, "command": PROPOSAL, "effective": "2030-01-01", "until": ""}


def test_versions_and_proposals_are_listed(tmp_path: Path) -> None:
    client, _ = opened(tmp_path, "city_auditor")

    page = client.get("/district/catalogue").get_data(as_text=True)

    assert "&lt;b&gt;助浴&lt;/b&gt;" in page
    assert f"/decisions#m-{PROPOSAL}" in page
    assert "/district/catalogue/next" not in page
    assert client.get("/district/catalogue/next").status_code == 403


def test_the_form_begins_with_the_newest_version_that_is_ones_own(tmp_path: Path) -> None:
    client, _ = opened(tmp_path, "district_admin")

    page = client.get("/district/catalogue/next?code=A3&lang=en").get_data(as_text=True)

    assert 'value="Bathing"' in page
    assert "Elsewhere" not in page
    assert '<option value="H" selected>' in page


def test_a_version_is_proposed_whole(tmp_path: Path) -> None:
    client, api = opened(tmp_path, "district_admin")

    assert client.post("/district/catalogue/next", data=shown_form(client)).status_code == 303

    (sent,) = [json.loads(asked.body) for asked in api.asked if asked.path == PATH]
    whole = {name: value for name, value in BATH.items() if name not in ("version", "district_id")}
    assert sent == whole | {"unit_id": UNIT, "effective": "2030-01-01"}


@pytest.mark.parametrize("name", ["persons", "night_from", "reserve_yuan_per_hour"])
def test_what_is_no_number_is_sent_nowhere_and_not_lost(tmp_path: Path, name: str) -> None:
    client, api = opened(tmp_path, "district_admin")
    form = shown_form(client) | {name: "two", "name_en": "Bathing at home"}

    answer = client.post("/district/catalogue/next", data=form)

    assert answer.location == "/district/catalogue/next"
    assert not any(asked.path == PATH for asked in api.asked)
    assert 'value="Bathing at home"' in client.get(answer.location).get_data(as_text=True)


def test_a_city_administrator_decides_where_everything_waits(tmp_path: Path) -> None:
    client, api = opened(tmp_path, "city_admin")
    assert f'action="/decisions/catalogue/{PROPOSAL}"' in client.get("/decisions").get_data(as_text=True)

    form = {"csrf_token": csrf(client, "/decisions"), "command": OTHER, "ok": "no", "why": "too short"}
    assert client.post(f"/decisions/catalogue/{PROPOSAL}", data=form).status_code == 303

    (sent,) = [json.loads(asked.body) for asked in api.asked if asked.path == f"{PATH}/decision"]
    assert sent == {"ok": False, "why": "too short"}


def test_who_was_not_visited_is_named(tmp_path: Path) -> None:
    client, api = opened(tmp_path, "district_admin")

    page = client.get("/district/visits?month=2026-02&seen=no&lang=en").get_data(as_text=True)

    assert "not in this month" in page
    assert f"/people/{PERSON}" in page
    (asked,) = [asked for asked in api.asked if asked.path == "/v1/indicators/visits/rows"]
    assert {"unit": UNIT, "month": "2026-02", "seen": "no"}.items() <= dict(asked.query).items()


OF_CITY = BATH | {"code": "B1", "name_zh": "陪伴", "name_en": "Company", "checklist": []}
OF_DISTRICT = OF_CITY | {"code": "Z9", "name_zh": "浇花", "name_en": "Flowers", "min_minutes": 90}


def _by_unit(asked: Any) -> tuple[int, dict[str, Any]]:
    return page_of(OF_DISTRICT if dict(asked.query).get("unit") == UNIT else OF_CITY)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("recipient", "/series/ask"),
        ("operator", f"/calls/{OTHER}"),
        ("coordinator", "/slips"),
        ("recipient", f"/family/{OTHER}"),
    ],
)
def test_who_asks_is_offered_the_services_of_the_district(tmp_path: Path, role: str, path: str) -> None:
    api = TableApi(signed_in((role,)))
    api.answers["GET /v1/catalogue-items"] = _by_unit
    person = {"person_id": OTHER, "names": {"zh": "甲"}, "home_unit_id": UNIT, "born": "1950-01-01", "version": 1}
    api.answers[f"GET /v1/persons/{OTHER}"] = (200, person)
    grant = {"grant_id": OTHER, "person_id": OTHER, "relative_id": PERSON, "active": True, "names": {"zh": "甲"}}
    grant |= {"given_at": "2026-01-01T00:00:00Z", "until": None, "minutes_per_month": 60}
    api.answers["GET /v1/acting-grants"] = page_of(grant)
    for lists in ("orders", "wallets", f"persons/{OTHER}/acts-for-me", "persons/names", "not-wanted", "queues/urgent"):
        api.answers[f"GET /v1/{lists}"] = page_of()
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)

    page = client.get(f"{path}?lang=en").get_data(as_text=True)

    assert 'value="Z9"' in page
    assert 'value="B1"' not in page


def test_no_page_asks_for_the_catalogue_of_nowhere() -> None:
    pages = Path(__file__).parents[1] / "pages"
    bare = {str(file.relative_to(pages)) for file in pages.rglob("*.py") if "catalogue()" in file.read_text("utf-8")}

    assert bare == {"applying/views.py"}, "only who applies belongs to no district yet"
