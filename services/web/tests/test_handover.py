"""What waits for one person is shown, handed over in one act, and said when a role ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.web.tests.support import PERSON, UNIT, TableApi, open_pages, sign_in, signed_in

LEFT = "01890a5d-ac96-774b-bcce-b302099a8051"
HEIR = "01890a5d-ac96-774b-bcce-b302099a8052"
COMMAND = "01890a5d-ac96-774b-bcce-b302099a8053"
AT = "2026-03-02T08:00:00Z"


def api_of(*, role: str = "district_admin", is_below: bool = True, open_proposals: int = 0) -> TableApi:
    """Return an API with two things that wait for somebody who left, and one handover of which orders has not told."""
    held: dict[str, Any] = {"holder_id": LEFT, "unit_id": UNIT, "unit_name": "K1"}
    proposal = held | {"kind": "role_proposal", "subject_id": COMMAND, "about_id": HEIR, "until": AT}
    duty = held | {"kind": "duty", "subject_id": COMMAND, "about_id": None, "since_at": AT, "until_at": AT}
    named = [{"person_id": LEFT, "names": {"zh": "老周"}}, {"person_id": HEIR, "names": {"zh": "小吴"}}]
    done: dict[str, Any] = {"from_name": "老周", "to_name": "小吴", "asked_at": AT, "unit_id": UNIT}
    done["results"] = [{"kind": "duty", "moved": None}, {"kind": "visits", "moved": 4, "left": 2}]
    proposals = (200, {"items": [proposal], "next": None}) if is_below else (403, {"code": "person_not_below"})
    return TableApi(
        signed_in((role,))
        | {
            "GET /v1/handovers/open": proposals,
            "GET /v1/open-work": (200, {"items": [duty], "next": None}),
            "GET /v1/handovers": (200, {"items": [done], "next": None}),
            "GET /v1/handovers/candidates": (200, {"items": [{"person_id": HEIR, "name": "小吴"}], "next": None}),
            "GET /v1/persons/names": (200, {"items": named, "next": None}),
            f"PUT /v1/handovers/{COMMAND}": (201, {}),
            f"DELETE /v1/persons/{LEFT}/roles/{COMMAND}": (200, {"open_proposals": open_proposals}),
        }
    )


def opened(tmp_path: Path, api: TableApi) -> Any:
    client = open_pages(tmp_path, api).test_client()
    assert sign_in(client).status_code == 303
    return client


def test_what_is_left_behind_is_counted_by_holder_and_leads_to_the_handover(tmp_path: Path) -> None:
    page = opened(tmp_path, api_of()).get("/handover?lang=en").get_data(as_text=True)

    assert "老周" in page
    assert "Times on duty: 1" in page
    assert f"/handover?from={LEFT}&amp;unit={UNIT}" in page
    assert "4 moved" in page
    assert "2 stayed" in page
    assert "is being handed over" in page


def test_what_is_chosen_goes_to_who_is_chosen(tmp_path: Path) -> None:
    api = api_of()
    client = opened(tmp_path, api)
    page = client.get(f"/handover?from={LEFT}&lang=en").get_data(as_text=True)
    form = {"csrf_token": page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0], "command": COMMAND}

    sent = client.post("/handover", data=form | {"from_id": LEFT, "to_id": HEIR, "unit_id": UNIT, "kind": ["duty"]})

    assert '<option value="' + HEIR in page
    assert page.count('type="checkbox" name="kind"') == 2
    assert sent.status_code == 303
    (body,) = (json.loads(put.body or b"") for put in api.sent("PUT"))
    assert body == {"from_id": LEFT, "to_id": HEIR, "unit_id": UNIT, "kinds": ["duty"]}


def test_who_does_not_stand_above_is_told_who_hands_over(tmp_path: Path) -> None:
    page = opened(tmp_path, api_of(is_below=False)).get(f"/handover?from={LEFT}&lang=en").get_data(as_text=True)

    assert "You do not hand over for this person." in page
    assert 'name="kind"' not in page


@pytest.mark.parametrize(("role", "leads_to"), [("district_admin", "/handover?from="), ("volunteer", None)])
def test_a_role_that_ends_leads_to_what_its_holder_leaves(tmp_path: Path, role: str, leads_to: str | None) -> None:
    client = opened(tmp_path, api_of(role=role))
    page = client.get("/me").get_data(as_text=True)
    form = {"csrf_token": page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0], "command": COMMAND}

    answer = client.post(f"/people/{LEFT}/roles/{COMMAND}/end", data=form)

    assert answer.status_code == (303 if leads_to else 403)
    assert leads_to is None or answer.headers["Location"] == f"{leads_to}{LEFT}"
    assert PERSON != LEFT
