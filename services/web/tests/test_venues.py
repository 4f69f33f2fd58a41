"""Venues at the desk; activities and rounds of a volunteer: with forms alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from services.web.tests.support import PERSON, UNIT, TableApi, csrf, open_pages, sign_in, signed_in

VENUE, ACTIVITY, ORDER, STOP, MIN = (f"01890a5d-ac96-774b-bcce-b302099b62{number:02}" for number in range(5))
START = "2030-03-02T01:00:00Z"


def activity(**more: Any) -> dict[str, Any]:
    """Return an activity with one seat, which is taken."""
    return {
        "activity_id": ACTIVITY,
        "title": "<b>包粽子</b>",
        "start": START,
        "venue_name": "和园食堂",
        "unit_name": None,
        "seats": 1,
        "taken": 1,
        "waiting": 0,
        "mine": None,
    } | more


def page_of(rows: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Return a page as the API answers it."""
    return 200, {"items": rows, "next": None}


def desk(tmp_path: Path) -> tuple[FlaskClient, TableApi]:
    """Return the pages of a coordinator with a venue, an activity, and somebody on the visit list."""
    venue = {"venue_id": VENUE, "name": "和园食堂", "kind": "canteen", "address": "1", "capacity": 40}
    seat = {"order_id": ORDER, "volunteer_id": MIN, "state": "taken"}
    api = TableApi(
        signed_in(("coordinator",))
        | {
            "GET /v1/venues": page_of([venue]),
            "GET /v1/activities": page_of([activity()]),
            f"GET /v1/activities/{ACTIVITY}": (200, activity(people=[seat], waiters=[])),
            f"GET /v1/venues/{VENUE}/station-code": (200, {"code": "987123", "until": START}),
            "GET /v1/visit-plans": page_of([{"person_id": PERSON}]),
            "GET /v1/catalogue-items": page_of([]),
        }
    )
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client, api


def test_the_desk_sees_who_comes_and_the_code_only_when_it_asks(tmp_path: Path) -> None:
    client, api = desk(tmp_path)

    page = client.get("/desk/venues?lang=en").get_data(as_text=True)
    assert "&lt;b&gt;包粽子&lt;/b&gt;" in page
    assert f"/desk/orders/{ORDER}" in page
    assert "987123" not in page
    assert not any(asked.path.endswith("station-code") for asked in api.asked)

    assert "987123" in client.get(f"/desk/venues?code={VENUE}").get_data(as_text=True)
    assert "987123" not in client.get(f"/desk/venues?code={ORDER}").get_data(as_text=True)


def test_a_round_goes_to_those_who_were_chosen(tmp_path: Path) -> None:
    client, api = desk(tmp_path)
    client.get("/desk/venues")
    api.answers[f"PUT /v1/rounds/{ORDER}"] = (201, {})
    form = {"csrf_token": csrf(client, "/desk/venues"), "command": ORDER, "venue_id": VENUE, "service": "A1"}
    form |= {"day": "2030-03-02", "time": "10:00", "minutes": "90"}

    assert client.post("/desk/venues/rounds", data=form).status_code == 303
    assert client.post("/desk/venues/rounds", data=form | {"person": PERSON}).status_code == 303

    (sent,) = [json.loads(asked.body) for asked in api.asked if asked.path == f"/v1/rounds/{ORDER}"]
    assert sent["recipient_ids"] == [PERSON]
    assert (sent["minutes"], sent["unit_id"], sent["venue_id"]) == (90, UNIT, VENUE)


def test_a_place_is_closed(tmp_path: Path) -> None:
    client, api = desk(tmp_path)
    api.answers[f"POST /v1/venues/{VENUE}/closing"] = (200, {})
    form = {"csrf_token": csrf(client, "/desk/venues"), "command": ORDER}

    assert client.post(f"/desk/venues/{VENUE}/closing", data=form).status_code == 303

    assert [asked.path for asked in api.sent("POST")] == [f"/v1/venues/{VENUE}/closing"]


def test_a_volunteer_signs_up_and_ticks_a_stop(tmp_path: Path) -> None:
    stop = {"stop_id": STOP, "number": 1, "recipient_id": PERSON, "outcome": None, "words": ""}
    way = {"order_id": ORDER, "kind": "round", "state": "in_service", "start": START}
    api = TableApi(
        signed_in(("volunteer",))
        | {
            "GET /v1/activities": page_of([activity()]),
            "GET /v1/orders": page_of([way, way | {"kind": "help", "order_id": MIN}]),
            f"GET /v1/rounds/{ORDER}": (200, {"order_id": ORDER, "stops": [stop]}),
            f"PUT /v1/activities/{ACTIVITY}/sign-ups/{STOP}": (201, {"waits_as": 1}),
            f"POST /v1/rounds/{ORDER}/stops/{STOP}/tick": (200, stop),
        }
    )
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)

    page = client.get("/volunteer/activities?lang=en").get_data(as_text=True)
    assert "Wait for a place" in page
    assert page.count(f'action="/volunteer/activities/rounds/{ORDER}/{STOP}"') == 1
    form = {"csrf_token": csrf(client, "/volunteer/activities"), "command": STOP}
    assert client.post(f"/volunteer/activities/{ACTIVITY}", data=form).status_code == 303
    path = f"/volunteer/activities/rounds/{ORDER}/{STOP}"
    assert client.post(path, data=form | {"outcome": "not_met", "words": "", "how": "phone"}).status_code == 303

    (ticked,) = [json.loads(asked.body) for asked in api.asked if asked.path.endswith("/tick")]
    assert ticked == {"outcome": "not_met", "words": None, "how": "phone"}


def counts_desk(tmp_path: Path) -> tuple[FlaskClient, TableApi]:
    """Return the desk with a day of a canteen that was counted, and corrected."""
    client, api = desk(tmp_path)
    wrong = {"count_id": MIN, "venue_id": VENUE, "venue_name": "<i>食堂</i>", "day": "2026-03-02", "visitors": 120}
    wrong |= {"meals": 96, "entered_by": PERSON, "entered_at": START, "corrects": None, "corrected_by": STOP, "why": ""}
    right = wrong | {"count_id": STOP, "visitors": 118, "corrects": MIN, "corrected_by": None, "why": "=数错"}
    api.answers["GET /v1/venues/counts"] = page_of([wrong, right])
    return client, api


def test_what_was_wrong_of_a_count_stands_below_what_is_right_and_in_the_table(tmp_path: Path) -> None:
    client, _ = counts_desk(tmp_path)

    page = client.get("/desk/venues/counts?lang=en").get_data(as_text=True)
    assert "&lt;i&gt;食堂&lt;/i&gt;" in page
    assert "Together: 118 visitors, 96 meals." in page
    assert "<s>120 visitors, 96 meals</s>" in page
    assert page.count("/correction") == 1

    table = client.get("/desk/venues/counts/table.csv").get_data(as_text=True).splitlines()
    assert [line.split(",")[2] for line in table[1:]] == ["120", "118"]
    assert ",'=数错," in table[2]
    assert client.get("/desk/venues/counts/table.xlsx").data.startswith(b"PK")
    assert client.get("/desk/venues/counts/table.exe").status_code == 404


def test_a_month_that_is_over_has_no_form(tmp_path: Path) -> None:
    client, _ = counts_desk(tmp_path)
    page = client.get("/desk/venues/counts?month=2020-03&lang=en").get_data(as_text=True)
    assert "This month is over" in page
    assert "/correction" not in page
    assert 'name="visitors"' not in page


def test_a_day_is_entered_and_corrected(tmp_path: Path) -> None:
    client, api = counts_desk(tmp_path)
    form = {"csrf_token": csrf(client, "/desk/venues/counts"), "command": ORDER, "venue_id": VENUE, "meals": "96"}
    api.answers[f"PUT /v1/venues/{VENUE}/counts/{ORDER}"] = (201, {})
    api.answers[f"POST /v1/venues/{VENUE}/counts/{STOP}/correction"] = (200, {})

    entered = client.post("/desk/venues/counts", data=form | {"day": "2026-03-02", "visitors": "120"})
    corrected = client.post(f"/desk/venues/counts/{STOP}/correction", data=form | {"visitors": "many", "why": "错"})
    nowhere = client.post("/desk/venues/counts", data=form | {"venue_id": "x", "day": "2026-03-02", "visitors": "1"})

    assert (entered.status_code, corrected.status_code, nowhere.status_code) == (303, 303, 400)
    sent = [json.loads(asked.body) for asked in api.asked if "/counts/" in asked.path]
    assert sent == [
        {"visitors": 120, "meals": 96, "day": "2026-03-02"},
        {"visitors": "many", "meals": 96, "why": "错"},
    ]


def sheet_desk(tmp_path: Path) -> FlaskClient:
    """Return the desk with a round to two people, the first of whom was served."""
    other = "01890a5d-ac96-774b-bcce-b302099b6299"
    stops = [
        {"stop_id": STOP, "number": 1, "recipient_id": PERSON, "outcome": "done", "how": "door", "words": ""},
        {"stop_id": MIN, "number": 2, "recipient_id": other, "outcome": None, "how": None, "words": ""},
    ]
    client, api = desk(tmp_path)
    order = {"order_id": ORDER, "kind": "round", "start": START, "service": "A1", "service_name": "送餐"}
    api.answers |= {
        f"GET /v1/orders/{ORDER}": (200, order),
        f"GET /v1/rounds/{ORDER}": (200, {"order_id": ORDER, "stops": stops}),
        f"GET /v1/persons/{PERSON}": (200, {"names": {"zh": "=<b>兰</b>"}, "address": "和园路 10 号"}),
        f"GET /v1/persons/{other}": (200, {"names": {"zh": "梅"}, "address": "和园路 9 号"}),
    }
    return client


def test_the_sheet_of_a_round_is_saved_and_printed_as_it_is_shown(tmp_path: Path) -> None:
    client, path = sheet_desk(tmp_path), f"/desk/rounds/{ORDER}/sheet"

    page = client.get(path + "?lang=zh").get_data(as_text=True)
    assert "=&lt;b&gt;兰&lt;/b&gt;" in page
    assert page.index("10 号") < page.index("9 号")
    by_address = client.get(path + "?by=address").get_data(as_text=True)
    assert by_address.index("9 号") < by_address.index("10 号")
    assert f"{path}.csv?by=address" in by_address

    table = client.get(f"{path}.csv?by=address").get_data(as_text=True).splitlines()
    assert [line.split(",")[1] for line in table[1:]] == ["梅", "'=<b>兰</b>"]
    assert "□" in table[1]
    assert client.get(f"{path}.xlsx").data.startswith(b"PK")
    assert client.get(f"{path}.pdf").data.startswith(b"%PDF")
    assert client.get(f"{path}.exe").status_code == 404


def test_what_is_no_round_has_no_sheet(tmp_path: Path) -> None:
    client, api = desk(tmp_path)
    api.answers[f"GET /v1/orders/{ORDER}"] = (200, {"order_id": ORDER, "kind": "help", "start": START})
    assert client.get(f"/desk/rounds/{ORDER}/sheet").status_code == 404
