"""On leave: who stands in is named, says yes or no, and works at one desk or the other; all with forms alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from services.web.tests.support import PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

GRANT = "01890a5d-ac96-774b-bcce-b302099a6001"
OTHER = "01890a5d-ac96-774b-bcce-b302099a6002"
AWAY = "01890a5d-ac96-774b-bcce-b302099a6003"
THERE = "01890a5d-ac96-774b-bcce-b302099a6004"


def row(**more: Any) -> dict[str, Any]:
    named = {"deputyship_id": AWAY, "absent_id": OTHER, "absent_name": "周", "deputy_id": PERSON, "deputy_name": "吴"}
    days = {"begins_on": "2026-03-09", "ends_on": "2026-03-13", "reason": "leave", "state": "proposed"}
    return named | days | {"role": "coordinator", "unit_id": THERE, "unit_name": "柳荫", "proposed_by": OTHER} | more


def opened(folder: Path, *rows: dict[str, Any]) -> tuple[TableApi, FlaskClient]:
    api = TableApi(signed_in(("coordinator",)))
    own = {"grant_id": GRANT, "role": "coordinator", "unit_id": UNIT, "state": "held", "unit_name": "春晖"}
    lent = own | {"grant_id": OTHER, "unit_id": THERE, "unit_name": "柳荫", "lent_by_id": OTHER}
    me = dict(api.answers["GET /v1/me"][1])
    api.answers["GET /v1/me"] = (200, me | {"roles": [own, lent]})
    api.answers["GET /v1/deputies"] = (200, {"items": list(rows), "next": None})
    candidates = [{"person_id": OTHER, "name": "郑"}]
    api.answers["GET /v1/deputies/candidates"] = (200, {"items": candidates, "next": None})
    api.answers[f"POST /v1/deputies/{AWAY}/decision"] = (200, {})
    api.answers[f"DELETE /v1/deputies/{AWAY}"] = (200, {})
    api.answers[f"PUT /v1/deputies/{AWAY}"] = (201, {})
    client = open_pages(folder, api).test_client()
    assert sign_in(client).status_code == 303
    return api, client


def test_a_deputy_is_named_from_one_day_to_another(tmp_path: Path) -> None:
    api, client = opened(tmp_path)
    page = client.get("/away?lang=en").get_data(as_text=True)
    typed = {"deputy_id": OTHER, "begins_on": "2026-03-09", "ends_on": "2026-03-13", "reason": "leave"}

    form = typed | {"grant_id": GRANT, "command": AWAY, "csrf_token": csrf(client, "/away")}
    answer = client.post("/away", data=form)

    assert "郑" in page
    assert (answer.status_code, answer.headers["Location"]) == (303, "/away")
    [sent] = [asked for asked in api.sent("PUT") if asked.path == f"/v1/deputies/{AWAY}"]
    assert json.loads(sent.body) == typed | {"grant_id": GRANT}
    assert "It counts when they accept" in client.get("/away").get_data(as_text=True)


def test_who_is_named_says_yes_or_no_and_who_named_cannot(tmp_path: Path) -> None:
    api, client = opened(tmp_path, row())
    page = client.get("/away?lang=en").get_data(as_text=True)

    form = {"ok": "no", "why": "on leave myself", "command": OTHER, "csrf_token": csrf(client, "/away")}
    client.post(f"/away/{AWAY}/decision", data=form)
    api.answers["GET /v1/deputies"] = (200, {"items": [row(absent_id=PERSON, proposed_by=PERSON)], "next": None})
    own = client.get("/away?lang=en").get_data(as_text=True)

    assert "吴 stands in for 周" in page
    assert "Mon 9 Mar" in page
    assert (f"/away/{AWAY}/decision" in page, f"/away/{AWAY}/decision" in own) == (True, False)
    [sent] = [asked for asked in api.sent("POST") if asked.path.endswith("/decision")]
    assert json.loads(sent.body) == {"ok": False, "why": "on leave myself"}
    assert "Take it back" in own


def test_a_deputy_works_at_the_desk_that_they_choose(tmp_path: Path) -> None:
    api, client = opened(tmp_path, row(state="in_force"))
    api.answers["GET /v1/approval-queue"] = (200, {"items": [], "next": None})

    def units() -> set[str]:
        before = len(api.asked)
        client.get("/desk/approvals")
        return {dict(sent.query)["unit"] for sent in api.asked[before:] if sent.path == "/v1/approval-queue"}

    own = units()
    client.post("/away/desk", data={"unit_id": THERE, "csrf_token": csrf(client, "/away")})
    lent = units()
    client.post("/away/desk", data={"unit_id": GRANT, "csrf_token": csrf(client, "/away")})

    assert (own, lent, units()) == ({UNIT}, {THERE}, {UNIT})
