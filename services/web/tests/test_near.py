"""Near me: what a volunteer could take with the reasons in words, and apart what she cannot take with what bars it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.clients.transport import ApiRequest
from services.web.tests.support import UNIT, Answers, TableApi, open_pages, sign_in, signed_in

REASONS = [
    {"reason": "near", "weight": 40, "percent": 90, "points": 36, "zh": "住得近", "en": "At most <500> metres away"},
    {"reason": "served_before", "weight": 30, "percent": 0, "points": 0, "zh": "没去过", "en": "Helped here 0 times"},
]
ORDER: dict[str, Any] = {
    "order_id": UNIT,
    "service": "B1",
    "service_name": "Company",
    "start": "2026-12-01T01:00:00Z",
    "minutes": 60,
    "persons": 2,
    "persons_taken": 1,
    "unit_name": "Chunhui",
    "offered": True,
    "distance_m": 500,
    "reasons": REASONS,
    "barred_by": None,
}
GATE = {"code": "training_missing", "zh": "未培训", "en": "Not trained"}


def wanted(request: ApiRequest) -> tuple[int, Any]:
    """Answer with one order; one that is barred to who asks for those."""
    is_barred = dict(request.query)["show"] == "barred"
    return 200, {"items": [ORDER | {"barred_by": GATE if is_barred else None}], "next": "further", "barred": []}


@pytest.fixture
def api() -> TableApi:
    nothing: tuple[int, Any] = (200, {"items": [], "next": None})
    answers: Answers = {"GET /v1/orders": nothing, "GET /v1/duty-calls": nothing, "GET /v1/matches/orders": wanted}
    return TableApi(signed_in(("volunteer",)) | answers)


@pytest.fixture
def client(tmp_path: Path, api: TableApi) -> FlaskClient:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    return client


def test_each_order_says_why_it_stands_there_and_can_be_taken(client: FlaskClient) -> None:
    page = client.get("/volunteer?lang=en").get_data(as_text=True)

    assert "At most &lt;500&gt; metres away" in page
    assert "Helped here 0 times" not in page
    assert "offered to you" in page
    assert "1 of 2 places" in page
    assert f'action="/volunteer/orders/{UNIT}/take"' in page
    assert 'href="/volunteer?show=open&amp;cursor=further"' in page


def test_what_she_cannot_take_stands_apart_with_what_bars_it(client: FlaskClient) -> None:
    english = client.get("/volunteer?show=barred&lang=en").get_data(as_text=True)
    chinese = client.get("/volunteer?show=barred&lang=zh").get_data(as_text=True)

    assert "Not trained" in english
    assert "未培训" in chinese
    assert "/take" not in english
    assert 'href="/volunteer"' in english


def test_whoever_may_take_nothing_just_now_still_sees_the_page(client: FlaskClient, api: TableApi) -> None:
    api.answers["GET /v1/matches/orders"] = (403, {"code": "person_suspended", "title": "Suspended"})

    response = client.get("/volunteer?lang=en")

    assert response.status_code == 200
    assert "Nobody nearby is looking for help just now." in response.get_data(as_text=True)
