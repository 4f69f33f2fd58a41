"""Planning a day at the desk: a proposal in words, offers of what was ticked, and who could help with one order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.tests.support import UNIT, TableApi, csrf, open_pages, sign_in, signed_in

MIN, HUA, LAN, ORDER, OTHER, COMMAND = (f"01890a5d-ac96-774b-bcce-b302099a92{number:02}" for number in range(6))
START = "2026-12-01T01:00:00Z"
REASON = {"reason": "near", "weight": 40, "percent": 90, "points": 36, "zh": "住得近", "en": "Lives <near>"}
GATE = {"code": "training_missing", "zh": "未培训", "en": "Not trained", "volunteers": 3}
VISIT = {"order_id": ORDER, "recipient_id": LAN, "service": "B1", "start": START, "end": START, "reasons": [REASON]}
LEFT = {"order_id": OTHER, "recipient_id": LAN, "service": "B1", "start": START, "reason": "gates_shut"}
PLAN: dict[str, Any] = {
    "visits": 2,
    "filled": 1,
    "optimal": True,
    "volunteers": [{"person_id": MIN, "minutes": 60, "visits": [VISIT]}],
    "unfilled": [LEFT | {"zh": "无人可接", "en": "None may take it", "barred": [GATE]}],
}
SHOWN = {
    "order_id": ORDER,
    "recipient_id": LAN,
    "service": "B1",
    "start": START,
    "offers": [{"to": HUA, "lapses_at": START}],
}
MATCHES = {"items": [{"person_id": MIN, "reasons": [REASON], "points": 36}], "next": None, "barred": [GATE]}


@pytest.fixture
def api() -> TableApi:
    answers = signed_in(("coordinator",)) | {
        "POST /v1/matches/plan": (200, PLAN),
        "GET /v1/catalogue-items": (200, {"items": [], "next": None}),
        f"GET /v1/orders/{ORDER}": (200, SHOWN),
        "GET /v1/matches": (200, MATCHES),
        "POST /v1/matches/plan/offers": (200, {"items": [{"order_id": ORDER, "to": MIN, "result": "offered"}]}),
    }
    return TableApi(answers)


@pytest.fixture
def client(tmp_path: Path, api: TableApi) -> FlaskClient:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client


def test_a_day_is_proposed_with_reasons_and_what_stays_open(client: FlaskClient, api: TableApi) -> None:
    form = {"csrf_token": csrf(client, "/desk/planning"), "day": "2026-12-01"}

    page = client.post("/desk/planning/proposal?lang=en", data=form).get_data(as_text=True)

    asked = api.sent("POST")[-1]
    assert json.loads(asked.body) == {"unit": UNIT, "day": "2026-12-01"}
    assert asked.seconds > 12
    assert f'value="{ORDER}|{MIN}" checked' in page
    assert "Lives &lt;near&gt;" in page
    assert "None may take it" in page
    assert "Not trained (3)" in page


def test_what_is_ticked_is_offered_once(client: FlaskClient, api: TableApi) -> None:
    chosen = [f"{ORDER}|{MIN}", f"{ORDER}|{HUA}", f"{ORDER}|{MIN}"]
    form = {"csrf_token": csrf(client, "/desk/planning"), "command": COMMAND, "offer": chosen}

    answered = client.post("/desk/planning/offers", data=form)

    sent = api.sent("POST")[-1]
    assert (answered.status_code, answered.headers["Location"]) == (303, "/desk/planning")
    assert json.loads(sent.body) == {"offers": [{"order_id": ORDER, "to": MIN}, {"order_id": ORDER, "to": HUA}]}
    assert sent.headers["Idempotency-Key"] == COMMAND


def test_nothing_is_sent_where_nobody_is_ticked(client: FlaskClient, api: TableApi) -> None:
    form = {"csrf_token": csrf(client, "/desk/planning"), "command": COMMAND}

    answered = client.post("/desk/planning/offers", data=form)

    assert answered.status_code == 303
    assert all(sent.path != "/v1/matches/plan/offers" for sent in api.sent("POST"))


def test_who_could_help_stands_with_the_weight_of_each_reason(client: FlaskClient) -> None:
    page = client.get(f"/desk/planning/orders/{ORDER}?lang=en").get_data(as_text=True)

    assert "Lives &lt;near&gt; (36/40)" in page
    assert "Not trained (3)" in page
    assert f'value="{ORDER}|{MIN}"' in page


def test_nobody_but_who_may_offer_is_shown_the_page(tmp_path: Path) -> None:
    client = open_pages(tmp_path, TableApi(signed_in(("checker",)))).test_client()
    sign_in(client)

    assert client.get("/desk/planning").status_code == 403
