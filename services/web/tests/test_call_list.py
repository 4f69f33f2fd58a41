"""Whom the desk has to call, and what somebody was told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.web.tests.support import PERSON, TableApi, csrf, open_pages, sign_in, signed_in

NOTICE = "01890a5d-ac96-774b-bcce-b302099a9201"


def told(**more: Any) -> dict[str, Any]:
    """Return a notice as the API tells it."""
    return {
        "notice_id": NOTICE,
        "person_id": PERSON,
        "purpose": "visit_lost",
        "order_id": NOTICE,
        "start": "2026-03-03T01:00:00Z",
        "state": "to_call",
        "told_at": "2026-03-02T01:00:00Z",
        "tries": 2,
        "zh": "您的志愿者不能来",
        "en": "Your volunteer <cannot> come",
    } | more


@pytest.fixture
def api() -> TableApi:
    rows = (200, {"items": [told()], "next": None})
    return TableApi(signed_in(("operator",)) | {"GET /v1/call-list": rows, "GET /v1/me/notices": rows})


def test_the_list_says_what_to_tell_and_notes_what_came_of_it(tmp_path: Path, api: TableApi) -> None:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    api.answers[f"POST /v1/call-list/{NOTICE}/outcome"] = (200, told(state="called"))

    page = client.get("/calls/list?lang=en").get_data(as_text=True)
    form = {"csrf_token": csrf(client, "/calls/list"), "command": NOTICE, "outcome": "reached"}
    answered = client.post(f"/calls/list/{NOTICE}", data=form)

    assert "Your volunteer &lt;cannot&gt; come" in page
    assert "called 2 times" in page
    assert (answered.status_code, json.loads(api.sent("POST")[-1].body)) == (303, {"outcome": "reached"})


def test_everybody_reads_what_they_were_told(tmp_path: Path, api: TableApi) -> None:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)

    assert "您的志愿者不能来" in client.get("/messages?lang=zh").get_data(as_text=True)


def test_nobody_but_who_works_the_list_is_shown_it(tmp_path: Path) -> None:
    client = open_pages(tmp_path, TableApi(signed_in(("volunteer",)))).test_client()
    sign_in(client)

    assert client.get("/calls/list").status_code == 403
