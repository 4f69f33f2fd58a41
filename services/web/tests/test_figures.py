"""The figures of a month: written, drawn, opened into their rows, and saved as tables."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from libs.clock import machine_now
from services.web.clients.api import ProblemError
from services.web.clients.transport import ApiRequest
from services.web.kit.months import Month
from services.web.tests.support import (
    DISTRICT,
    PERSON,
    UNIT,
    Answered,
    Answers,
    TableApi,
    open_pages,
    sign_in,
    signed_in,
)

MARCH = Month.parse("2026-03", Month.of(machine_now()))
ORDER = "01890a5d-ac96-774b-bcce-b302099a9001"
FIGURES = [
    {"indicator": "fill_rate", "value": 75, "measure": "percent", "rows": 3, "of_rows": 4},
    {"indicator": "hours", "value": 150, "measure": "minutes", "rows": 3, "of_rows": 3},
    {"indicator": "satisfaction", "value": 425, "measure": "stars_percent", "rows": 4, "of_rows": 4},
    {"indicator": "services", "value": None, "measure": "orders", "rows": 0, "of_rows": 0},
]
TAKEN: dict[str, Any] = {
    "kind": "served",
    "at": "2026-03-05T12:00:00Z",
    "order_id": ORDER,
    "person_id": None,
    "unit_id": UNIT,
    "unit_name": "Chunhui",
    "service": "B1",
    "number": 90,
    "credit_minutes": 60,
    "marks": ["night"],
}
HELPED = TAKEN | {"kind": "elder", "order_id": None, "person_id": PERSON, "service": None, "number": 0, "marks": []}
FORMULA = '=HYPERLINK("http://h.example")'
EVIL = TAKEN | {"unit_name": FORMULA}


CREDIT = [
    {"figure": "donated", "minutes": 90, "rows": 2},
    *({"figure": f"age_{age}", "minutes": 600, "rows": 1} for age in ("under_1", "1_to_2", "2_to_5", "over_5")),
]
DONATED: dict[str, Any] = {
    "transfer_id": ORDER,
    "person_id": PERSON,
    "district_id": DISTRICT,
    "district_name": "East",
    "at": "2026-03-05T12:00:00Z",
    "reason": "donation",
    "minutes": 45,
}
LEFT = DONATED | {"transfer_id": None, "at": None, "reason": None}


def month(text: str, unit_id: str = UNIT) -> dict[str, Any]:
    return {"unit_id": unit_id, "unit_name": "Chunhui", "month": text, "is_over": True, "figures": FIGURES}


def answer(asked: ApiRequest) -> Answered:
    query = dict(asked.query)
    months = [str(MARCH.later(-back)) for back in reversed(range(int(query.get("months", 1))))]
    below = [month(query["month"], DISTRICT)] if "below" in query else []
    return 200, {"items": [*(month(text) for text in months), *below]}


@pytest.fixture
def api() -> TableApi:
    rows = {"items": [TAKEN, HELPED, EVIL], "next": "more"}
    pages = {"": rows, "more": {"items": [TAKEN], "next": None}}
    asked: Answers = {
        "GET /v1/indicators": answer,
        "GET /v1/supply/figures": (200, {"figures": CREDIT}),
        "GET /v1/supply/figures/rows": (200, {"items": [DONATED, DONATED], "next": None}),
        "GET /v1/indicators/visits": (200, {"unit_id": UNIT, "listed": 40, "visited": 39, "rate_percent": 97}),
        "GET /v1/indicators/rows": lambda wanted: (200, pages[dict(wanted.query).get("cursor", "")]),
        "GET /v1/catalogue-items": (200, {"items": [], "next": None}),
    }
    return TableApi(signed_in(("coordinator",)) | asked)


@pytest.fixture
def client(tmp_path: Path, api: TableApi) -> FlaskClient:
    opened = open_pages(tmp_path, api).test_client()
    sign_in(opened)
    return opened


def test_figures_are_written_for_people_and_open_into_their_rows(client: FlaskClient) -> None:
    page = client.get(f"/figures?unit={UNIT}&month=2026-03&indicator=hours&lang=en").get_data(as_text=True)

    assert "75 %" in page
    assert "2 h 30 min" in page
    assert "4.2 of 5, answers: 4" in page
    assert "97 %" in page
    assert f"/district/visits?unit={UNIT}&amp;month=2026-03&amp;seen=yes" in page
    assert f"/figures/rows?unit={UNIT}&amp;month=2026-03&amp;indicator=fill_rate" in page
    assert "This month is over" in page
    assert page.count("<rect") == 12 + 4
    assert f"/figures/credit?unit={UNIT}&amp;month=2026-03&amp;figure=donated" in page
    assert f"/figures?unit={DISTRICT}&amp;month=2026-03" in page


def test_the_rows_come_page_by_page_and_name_orders_and_people(client: FlaskClient) -> None:
    page = client.get(f"/figures/rows?unit={UNIT}&month=2026-03&indicator=hours&lang=en").get_data(as_text=True)

    assert page.count(f"/desk/orders/{ORDER}") == 2
    assert "Yu Fengying" in page
    assert "at night" in page
    assert "Lines 1 to 3 of 3" in page
    assert "before=3&amp;cursor=more" in page


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_tables_hold_every_row_and_no_formula(client: FlaskClient, ending: str) -> None:
    rows = table_of(client.get(f"/figures/rows.{ending}?unit={UNIT}&month=2026-03&indicator=hours&lang=en"), ending)
    figures = table_of(client.get(f"/figures/table.{ending}?unit={UNIT}&month=2026-03&lang=en"), ending)

    assert len(rows) == 5
    assert rows[3][4] == "'" + FORMULA
    assert rows[2][3] == "Yu Fengying"
    assert [row[:5] for row in figures[1:3]] == [
        ["Share of requests that somebody took", "75 %", "75", "percent", "3"],
        ["Hours of help", "2 h 30 min", "150", "minutes", "3"],
    ]
    assert client.get(f"/figures/table.exe?unit={UNIT}").status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_figures_of_credit_open_into_transfers_and_people(client: FlaskClient, api: TableApi, ending: str) -> None:
    query = f"unit={UNIT}&month=2026-03&figure=donated&lang=en"
    page = client.get(f"/figures/credit?{query}").get_data(as_text=True)
    rows = table_of(client.get(f"/figures/credit.{ending}?{query}"), ending)
    figures = table_of(client.get(f"/figures/table.{ending}?unit={UNIT}&month=2026-03&lang=en"), ending)

    api.answers["GET /v1/supply/figures/rows"] = (200, {"items": [LEFT], "next": None})
    left = client.get(f"/figures/credit?unit={UNIT}&month=2026-03&figure=age_over_5&lang=en").get_data(as_text=True)

    assert "Lines 1 to 2 of 2" in page
    assert ("Given to the public pool" in page, "<th>When</th>" in page, "<th>When</th>" in left) == (True, True, False)
    assert "saved more than five years ago" in left
    assert page.count(">Yu Fengying</th>") == 2
    assert [row[2:5] for row in rows[1:]] == [["Yu Fengying", "East", "45"]] * 2
    assert ["donated", "1 h 30 min", "90", "minutes", "2", "2"] in figures


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_to_save_holds_every_row_however_many(
    client: FlaskClient, api: TableApi, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    def page(wanted: ApiRequest) -> Answered:
        at = int(dict(wanted.query).get("cursor", "0"))
        return 200, {"items": [TAKEN] * 200, "next": str(at + 1) if at < 24 else None}

    api.answers["GET /v1/indicators/rows"] = page
    path = f"/figures/rows.{ending}?unit={UNIT}&month=2026-03&indicator=hours&lang=en"

    assert len(table_of(client.get(path), ending)) == 1 + 25 * 200

    monkeypatch.setattr("services.web.clients.api.EVERY_PAGES_MAX", 3)
    rows = table_of(client.get(path), ending)
    assert len(rows) == 1 + 3 * 200 + 1
    assert rows[-1][0].startswith("There are more lines than a table holds")


def test_a_table_that_breaks_off_halfway_is_no_whole_answer(client: FlaskClient, api: TableApi) -> None:
    def page(wanted: ApiRequest) -> Answered:
        is_first = "cursor" not in dict(wanted.query)
        return (200, {"items": [TAKEN], "next": "more"}) if is_first else (500, {"code": "internal", "title": "No"})

    api.answers["GET /v1/indicators/rows"] = page

    with pytest.raises(ProblemError):
        client.get(f"/figures/rows.csv?unit={UNIT}&month=2026-03&indicator=hours&lang=en").get_data()


def table_of(response: Any, ending: str) -> list[list[str]]:
    content = response.get_data()
    if ending == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_another_month_or_figure_than_there_is_shows_this_one(client: FlaskClient, api: TableApi) -> None:
    page = client.get("/figures?month=long-ago&indicator=nonsense&lang=en")

    assert page.status_code == 200
    asked = dict(next(wanted.query for wanted in api.asked if wanted.path == "/v1/indicators"))
    assert (asked["unit"], asked["month"]) == (UNIT, str(Month.of(machine_now())))


def test_a_unit_of_others_is_refused_and_a_service_that_is_away_closes_its_part(
    client: FlaskClient, api: TableApi
) -> None:
    api.answers["GET /v1/indicators"] = (403, {"code": "not_authorised", "title": "No"})
    refused = client.get(f"/figures?unit={UNIT}&lang=en")
    api.away.add("/v1/indicators")
    closed = client.get(f"/figures?unit={UNIT}&lang=en")

    assert refused.status_code == 403
    assert closed.status_code == 200
    assert "does not answer just now" in closed.get_data(as_text=True)


def test_the_pages_are_for_staff(tmp_path: Path) -> None:
    elder = open_pages(tmp_path, TableApi(signed_in(("recipient",)))).test_client()
    sign_in(elder)

    assert [elder.get(path).status_code for path in ("/figures", "/figures/rows", "/figures/table.csv")] == [403] * 3
