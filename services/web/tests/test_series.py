"""Help every week: asked for in one form, changed after it was shown what that does, and the desk's list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.web.tests.support import PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

SERIES = "01890a5d-ac96-774b-bcce-b302099a8201"
LAN = "01890a5d-ac96-774b-bcce-b302099a8202"
B1 = {
    "code": "B1", "name_zh": "陪伴", "name_en": "Company", "min_minutes": 30, "max_minutes": 240,
    "funding": ["credit", "programme"],
}  # fmt: skip


def weekly(**others: Any) -> dict[str, Any]:
    pattern = {"from": "2026-03-02", "weekdays": [2, 5], "time": "09:00", "minutes": 60}
    day = {"day": "2026-03-10", "time": "09:00", "minutes": 60, "state": "made", "order_state": "taken", "code": None}
    return {
        "series_id": SERIES,
        "unit_id": UNIT,
        "recipient_id": PERSON,
        "payer_id": None,
        "placed_by": PERSON,
        "service_name": "陪伴",
        "patterns": [pattern],
        "days": [day, day | {"day": "2026-03-13", "state": "holiday", "order_state": None}],
        "ended_at": None,
        "end_reason": None,
        "alarm_code": None,
        "alarm_since": None,
        "approved_at": None,
    } | others


def api_of(*roles: str, **series: Any) -> TableApi:
    shown = weekly(**series)
    named = {"items": [{"person_id": PERSON, "names": {"zh": "兰"}}, {"person_id": LAN, "names": {"zh": "兰"}}]}
    return TableApi(
        signed_in(roles)
        | {
            "GET /v1/catalogue-items": (200, {"items": [B1], "next": None}),
            "GET /v1/series": (200, {"items": [shown], "next": None}),
            f"GET /v1/series/{SERIES}": (200, shown),
            "GET /v1/acting-grants": (200, {"items": [], "next": None}),
            "POST /v1/names": (200, named),
            "GET /v1/names": (200, named),
        }
    )


def opened(tmp_path: Path, api: TableApi) -> Any:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client


def test_an_elder_asks_for_every_tuesday_and_friday(tmp_path: Path) -> None:
    api = api_of("recipient")
    client = opened(tmp_path, api)
    page = "/series/ask?service=B1"
    assert client.get(page).get_data(as_text=True).count('name="weekday"') == 7
    api.answers[f"PUT /v1/series/{SERIES}"] = (201, weekly())
    form = {"service": "B1", "time": "9:30", "minutes": "1:30", "day": "2026-03-03", "until": "", "command": SERIES}

    none = client.post("/series/ask", data=form | {"csrf_token": csrf(client, page)})
    answer = client.post("/series/ask", data=form | {"csrf_token": csrf(client, page), "weekday": ["2", "5"]})

    assert none.headers["Location"].startswith("/series/ask?")
    assert answer.headers["Location"] == f"/series/{SERIES}"
    (sent,) = api.sent("PUT")
    assert json.loads(sent.body) == {
        "recipient_id": PERSON, "service": "B1", "funding": "credit", "weekdays": [2, 5], "time": "09:30",
        "minutes": 90, "from": "2026-03-03", "until": None,
    }  # fmt: skip


def test_a_caller_is_asked_for_in_their_own_words(tmp_path: Path) -> None:
    api = api_of("operator")
    client = opened(tmp_path, api)
    api.answers[f"PUT /v1/series/{SERIES}"] = (201, weekly())
    page = f"/series/ask?person={LAN}"
    form = {
        "person_id": LAN, "service": "B1", "time": "9:00", "minutes": "60", "day": "2026-03-03", "weekday": "2",
        "funding": "programme", "words": "please come on Tuesdays", "command": SERIES,
    }  # fmt: skip

    client.post("/series/ask", data=form | {"csrf_token": csrf(client, page)})

    sent = json.loads(api.sent("PUT")[0].body)
    assert (sent["acting_for"], sent["funding"]) == (LAN, "programme")
    assert (sent["consent"]["how"], sent["consent"]["words"]) == ("phone", "please come on Tuesdays")


def test_what_changes_is_shown_before_it_is_changed(tmp_path: Path) -> None:
    api = api_of("recipient")
    client = opened(tmp_path, api)
    day = {"day": "2026-03-10", "time": "09:00", "minutes": 60, "effect": "taken", "order_id": None}
    touched = {"series_id": SERIES, "days": [day, day | {"day": "2026-03-13", "effect": "changed"}]}
    api.answers[f"POST /v1/series/{SERIES}/preview"] = (200, touched)
    api.answers[f"POST /v1/series/{SERIES}/change"] = (200, weekly())
    asked = "from=2026-03-10&scope=following&time=14:00&weekday=2&weekday=3&act=change"

    shown = client.get(f"/series/{SERIES}/change?{asked}").get_data(as_text=True)
    assert [request.path for request in api.sent("POST")].count(f"/v1/series/{SERIES}/change") == 0
    said = {"from": "2026-03-10", "scope": "following", "time": "14:00", "weekday": ["2", "3"], "act": "change"}
    token = csrf(client, "/series/ask")
    answer = client.post(f"/series/{SERIES}/change", data=said | {"csrf_token": token, "command": SERIES})

    assert "志愿者已答应上门" in shown
    assert shown.count('name="weekday"') == 2
    assert answer.headers["Location"] == f"/series/{SERIES}"
    sent = [json.loads(entry.body) for entry in api.sent("POST") if "/series/" in entry.path]
    assert sent == [{"from": "2026-03-10", "one_day": False, "weekdays": [2, 3], "time": "14:00"}] * 2


@pytest.mark.parametrize(("scope", "is_one"), [("one", True), ("following", False)])
def test_one_day_or_all_are_called_off(tmp_path: Path, scope: str, is_one: bool) -> None:
    api = api_of("recipient")
    client = opened(tmp_path, api)
    api.answers[f"POST /v1/series/{SERIES}/preview"] = (422, {"code": "series_day", "title": "x"})

    answer = client.get(f"/series/{SERIES}/change?from=2026-03-10&scope={scope}&act=cancel")

    assert answer.headers["Location"] == f"/series/{SERIES}"
    sent = [json.loads(entry.body) for entry in api.sent("POST") if "/series/" in entry.path]
    assert sent == [{"from": "2026-03-10", "one_day": is_one, "cancel": True}]


def test_the_desk_sees_what_stopped_and_why(tmp_path: Path) -> None:
    api = api_of("coordinator", alarm_code="insufficient_credits", alarm_since="2026-03-02T00:00:00Z", placed_by=LAN)
    client = opened(tmp_path, api)

    shown = client.get("/series/stopped").get_data(as_text=True)

    assert f'href="/series/{SERIES}"' in shown
    assert "时间不足" in shown or "余额不足" in shown
    assert "approval" not in client.get(f"/series/{SERIES}").get_data(as_text=True)
