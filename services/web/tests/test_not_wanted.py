"""Her side says of a volunteer that they are not to come again, with a reason or without, and takes it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from libs.clock import machine_now
from services.web.tests.support import PERSON, UNIT, TableApi, open_pages, sign_in, signed_in

LAN = "01890a5d-ac96-774b-bcce-b302099a8031"
MIN = "01890a5d-ac96-774b-bcce-b302099a8032"
COMMAND = "01890a5d-ac96-774b-bcce-b302099a8033"
ORDER = "01890a5d-ac96-774b-bcce-b302099a8034"


def api_of(role: str, recipient: str) -> TableApi:
    """Return an API with an order that Min and another have taken, two of three."""
    now = machine_now().isoformat()
    parts = [{"person_id": MIN, "checked_in_at": None, "checked_out_at": None, "actual_minutes": 0}]
    order: dict[str, Any] = {
        "order_id": ORDER,
        "state": "taken",
        "service": "B1",
        "start": now,
        "minutes": 60,
        "funding": "credit",
        "persons": 3,
        "persons_taken": 2,
        "recipient_id": recipient,
        "unit_id": UNIT,
        "volunteers": parts,
        "price_minutes": 180,
        "acts": [],
    }
    grant = {"grant_id": COMMAND, "person_id": LAN, "relative_id": PERSON, "active": True, "names": {"zh": "兰桂英"}}
    grant |= {"until": "2030-01-01", "minutes_per_month": 600, "given_at": now, "words": "She asked me"}
    word = {"recipient_id": recipient, "volunteer_id": MIN, "said_by": recipient, "said_at": now, "why": "rude"}
    named = {"person_id": MIN, "names": {"zh": "小敏"}}
    policy = {"parameters": {"order": {"persons_max": 4}}}
    return TableApi(
        signed_in((role,))
        | {
            "GET /v1/orders": (200, {"items": [order, order | {"volunteers": None}], "next": None}),
            f"GET /v1/orders/{ORDER}": (200, order),
            f"GET /v1/orders/{ORDER}/door-code": (200, {"code": "123456", "until": now}),
            "GET /v1/acting-grants": (200, {"items": [grant], "next": None}),
            f"GET /v1/persons/{LAN}/acts-for-me": (200, {"items": [], "next": None}),
            f"GET /v1/persons/{LAN}": (200, {"person_id": LAN, "names": {"zh": "兰桂英"}, "born": "1950-01-01"}),
            "GET /v1/policies/current": (200, policy),
            "GET /v1/persons/names": (200, {"items": [named], "next": None}),
            "GET /v1/catalogue-items": (200, {"items": [], "next": None}),
            "GET /v1/not-wanted": (200, {"items": [word], "next": None}),
            f"POST /v1/not-wanted/{recipient}": (200, word),
            f"POST /v1/not-wanted/{recipient}/lifting": (200, word),
        }
    )


@pytest.mark.parametrize(
    ("role", "recipient", "shown", "posted"),
    [
        ("recipient", PERSON, f"/elder/orders/{ORDER}", "/elder/not-wanted"),
        ("volunteer", LAN, f"/family/{LAN}", f"/family/{LAN}/not-wanted"),
    ],
)
def test_it_is_said_on_the_page_of_a_visit_and_taken_back(
    tmp_path: Path, role: str, recipient: str, shown: str, posted: str
) -> None:
    api = api_of(role, recipient)
    client = open_pages(tmp_path, api).test_client()
    assert sign_in(client).status_code == 303
    page = client.get(f"{shown}?lang=en").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "command": COMMAND, "volunteer_id": MIN}

    said = client.post(posted, data=form | {"why": "rude"})
    lifted = client.post(posted, data=form | {"act": "lift"})

    assert f'action="{posted}"' in page
    assert "2 of 3 places" in page
    assert (said.status_code, lifted.status_code) == (303, 303)
    first, second = ((sent.path, json.loads(sent.body or b"")) for sent in api.sent("POST"))
    assert (first[0], first[1]["volunteer_id"], first[1]["why"]) == (f"/v1/not-wanted/{recipient}", MIN, "rude")
    assert (second[0], first[1].get("acting_for")) == (
        f"/v1/not-wanted/{recipient}/lifting",
        None if recipient == PERSON else LAN,
    )


def test_her_list_shows_the_reason_to_her(tmp_path: Path) -> None:
    client = open_pages(tmp_path, api_of("recipient", PERSON)).test_client()
    sign_in(client)

    page = client.get("/elder/not-wanted?lang=en").get_data(as_text=True)

    assert ("小敏" in page, "“rude”" in page, "They may come again" in page) == (True, True, True)
