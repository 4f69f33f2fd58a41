"""Declared forms: what is typed becomes the body of one request, and what cannot be read changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.tests.support import PERSON, UNIT, Answers, TableApi, csrf, open_pages, sign_in, signed_in

LAN, ANN = "01890a5d-ac96-774b-bcce-b302099a8031", "01890a5d-ac96-774b-bcce-b302099a8032"
COMMAND = "01890a5d-ac96-774b-bcce-b302099a8033"
ANY_FORM = "/mine/record/complaint"
CONSENT = {"how": "desk", "consent_words": "She said yes."}
SHOWN = {
    "person_id": LAN,
    "names": {"zh": "兰"},
    "status": "active",
    "version": 7,
    "roles": [],
    "hardship": ["dibao"],
    "qualifications": {"training": True, "clean_record": False, "insured_until": None, "certificates": ["health"]},
}


def pages(folder: Path, *roles: str) -> tuple[FlaskClient, TableApi]:
    """Return the pages as somebody with these roles sees them."""
    everything: Answers = {f"{method} /v1/{path}": (200, {}) for method, path in SENT}
    api = TableApi(
        signed_in(roles)
        | {
            f"GET /v1/persons/{LAN}": (200, SHOWN),
            "GET /v1/persons": (200, {"items": [{"person_id": ANN}], "next": None}),
            "GET /v1/organisation-units": (200, {"items": [], "next": None}),
        }
        | everything
    )
    client = open_pages(folder, api).test_client()
    sign_in(client)
    return client, api


def body_of(api: TableApi, method: str) -> Any:
    """Return the path and the body that were sent last."""
    sent = api.sent(method)[-1]
    return sent.path, json.loads(sent.body)


SENT = (
    ("PUT", f"persons/{LAN}/assessments/{COMMAND}"),
    ("PUT", f"persons/{LAN}/hardships/{COMMAND}"),
    ("PUT", f"relations/{COMMAND}"),
    ("PUT", f"acting-grants/{COMMAND}"),
    ("PUT", f"entitlements/{COMMAND}"),
    ("POST", f"persons/{LAN}/qualifications"),
    ("POST", f"persons/{LAN}/move"),
)
FILLED: list[tuple[str, str, dict[str, Any], str, str, dict[str, Any]]] = [
    ("coordinator", "grade", {"grade": "mild"}, "PUT", f"persons/{LAN}/assessments/{COMMAND}", {"grade": "mild"}),
    (
        "coordinator",
        "hardship",
        {"categories": ["dibao", "tekun", "nonsense"]},
        "PUT",
        f"persons/{LAN}/hardships/{COMMAND}",
        {"categories": ["dibao", "tekun"]},
    ),
    (
        "coordinator",
        "qualifications",
        {"training": "yes", "insured_until": "2026-12-31"},
        "POST",
        f"persons/{LAN}/qualifications",
        {"training": True, "clean_record": False, "insured_until": "2026-12-31", "certificates": []},
    ),
    (
        "district_admin",
        "entitlement",
        {"minutes": "30小时", "why": "resolution 7"},
        "PUT",
        f"entitlements/{COMMAND}",
        {"person_id": LAN, "minutes": 1800, "why": "resolution 7"},
    ),
    (
        "district_admin",
        "entitlement",
        {"minutes": "0", "why": "it ended"},
        "PUT",
        f"entitlements/{COMMAND}",
        {"person_id": LAN, "minutes": 0, "why": "it ended"},
    ),
    ("coordinator", "move", {"home_unit_id": UNIT}, "POST", f"persons/{LAN}/move", {"home_unit_id": UNIT}),
]


@pytest.mark.parametrize(("role", "name", "typed", "method", "path", "body"), FILLED)
def test_what_is_typed_becomes_the_request(
    tmp_path: Path, role: str, name: str, typed: dict[str, Any], method: str, path: str, body: dict[str, Any]
) -> None:
    client, api = pages(tmp_path, role)
    form = {"csrf_token": csrf(client, f"/people/{LAN}/record/{name}"), "command": COMMAND, "version": "7"}

    answered = client.post(f"/people/{LAN}/record/{name}", data=form | typed)

    assert (answered.status_code, answered.headers["Location"]) == (303, f"/people/{LAN}")
    assert body_of(api, method) == (f"/v1/{path}", body)


def test_a_relative_is_found_by_name_and_the_word_of_the_person_goes_along(tmp_path: Path) -> None:
    client, api = pages(tmp_path, "coordinator")
    typed = {"relative_id": "安欣", "kind": "child", "verified": "yes", **CONSENT}
    form = {"csrf_token": csrf(client, ANY_FORM), "command": COMMAND} | typed

    client.post(f"/people/{LAN}/record/relation", data=form)

    path, body = body_of(api, "PUT")
    assert (path, body.pop("acting_for")) == (f"/v1/relations/{COMMAND}", LAN)
    assert (body["consent"].pop("given_at") is not None, body.pop("consent")) == (
        True,
        {"how": "desk", "words": "She said yes."},
    )
    assert body == {"person_id": LAN, "relative_id": ANN, "kind": "child", "verified": True}


def test_a_right_to_act_carries_the_word_but_is_no_act(tmp_path: Path) -> None:
    client, api = pages(tmp_path, "operator")
    typed = {"relative_id": "安欣", "acts": ["see", "ask"], "until": "2027-01-01", **CONSENT}

    client.post(f"/people/{LAN}/record/grant", data={"csrf_token": csrf(client, ANY_FORM), "command": COMMAND} | typed)

    _, body = body_of(api, "PUT")
    assert ("acting_for" in body, body["acts"], body["until"]) == (False, ["see", "ask"], "2027-01-01")
    assert "minutes_per_month" not in body


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("entitlement", {"minutes": "1.5", "why": "x"}, "Please say how long"),
        ("entitlement", {"minutes": "90"}, "Reason: this is needed"),
        ("old-hours", {"minutes": "90", "served_on": "May"}, "“May” is no day"),
    ],
)
def test_what_cannot_be_read_is_said_and_changes_nothing(
    tmp_path: Path, name: str, typed: dict[str, str], words: str
) -> None:
    client, api = pages(tmp_path, "district_admin")
    page = f"/people/{LAN}/record/{name}"

    answered = client.post(page, data={"csrf_token": csrf(client, f"{page}?lang=en"), "command": COMMAND} | typed)

    assert (answered.status_code, answered.headers["Location"]) == (303, page)
    shown = client.get(page).get_data(as_text=True)
    assert words in shown
    assert all(f'value="{value}"' in shown or value in shown for value in typed.values())
    assert api.sent("PUT") == []


def test_somebody_whom_nobody_or_several_match_is_not_guessed(tmp_path: Path) -> None:
    client, api = pages(tmp_path, "coordinator")
    api.answers["GET /v1/persons"] = (200, {"items": [{"person_id": ANN}, {"person_id": PERSON}], "next": None})
    typed = {"relative_id": "王", "kind": "child", **CONSENT}

    client.post(
        f"/people/{LAN}/record/relation", data={"csrf_token": csrf(client, ANY_FORM), "command": COMMAND} | typed
    )

    assert api.sent("PUT") == []


@pytest.mark.parametrize(("role", "name"), [("checker", "suspend"), ("operator", "grade"), ("coordinator", "estate")])
def test_a_form_is_shown_only_to_who_may_send_it(tmp_path: Path, role: str, name: str) -> None:
    client, api = pages(tmp_path, role)
    page = f"/people/{LAN}/record/{name}"

    assert client.get(page).status_code == 403
    assert client.post(page, data={"csrf_token": csrf(client, ANY_FORM), "command": COMMAND}).status_code == 403
    assert api.sent("PUT") + api.sent("POST") == []
    assert client.get(f"/people/{LAN}/record/nothing").status_code == 404


def test_what_is_recorded_stands_in_the_form(tmp_path: Path) -> None:
    client, _ = pages(tmp_path, "coordinator")

    page = client.get(f"/people/{LAN}/record/qualifications").get_data(as_text=True)

    assert 'name="training" value="yes" checked' in page
    assert 'name="certificates" value="health" checked' in page
    assert 'name="clean_record" value="yes" checked' not in page
