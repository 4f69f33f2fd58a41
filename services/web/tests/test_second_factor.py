"""The second factor on the pages: asked for in a second step, set up where it is needed, nothing lost on the way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.web.tests.qr import read_qr
from services.web.tests.support import PERSON, Answers, TableApi, csrf, open_pages, sign_in, signed_in, tokens

TICKET = {"state": "second_factor_needed", "ticket": "the-ticket", "ticket_expires_at": "2026-03-02T01:00:00Z"}
URI = "otpauth://totp/X:tan?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=X"
BEGUN = {"secret": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "uri": URI, "expires_at": "2026-03-02T01:00:00Z"}
CODES = [f"aaaa{number}-bbbbb" for number in range(10)]
NONE: dict[str, Any] = {"confirmed_at": None, "required": True, "recovery_codes_left": 0, "acts": []}
SET_UP = {
    "confirmed_at": "2026-03-02T01:00:00Z",
    "required": True,
    "recovery_codes_left": 2,
    "acts": [{"act": "enrolled", "done_by": PERSON, "done_at": "2026-03-02T01:00:00Z"}],
}
REFUSED = (403, {"code": "second_factor_required", "title": "Your office needs a second factor"})


@pytest.fixture
def api() -> TableApi:
    answers: Answers = {
        "POST /v1/sessions/second-factor": (201, tokens("second-step")),
        "GET /v1/me/second-factor": (200, NONE),
        "POST /v1/me/second-factor": (201, BEGUN),
        "POST /v1/me/second-factor/first-code": (201, tokens("confirmed") | {"recovery_codes": CODES}),
        "POST /v1/me/second-factor/recovery-codes": (201, {"recovery_codes": CODES}),
        "POST /v1/me/second-factor/removal": (200, {"removed_at": "2026-03-02T01:00:00Z"}),
    }
    return TableApi(signed_in(("coordinator",)) | answers)


@pytest.fixture
def client(api: TableApi, tmp_path: Path) -> FlaskClient:
    return open_pages(tmp_path, api).test_client()


def _hidden(page: str, name: str) -> str:
    found_value = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found_value is not None, name
    return found_value[1]


def _sent(api: TableApi, path: str) -> list[Any]:
    return [json.loads(sent.body) for sent in api.asked if (sent.method, sent.path) == ("POST", path)]


def _post(client: FlaskClient, page: str, path: str, **form: str) -> Any:
    return client.post(path, data={"csrf_token": csrf(client, page), "page": page, **form})


def test_the_second_step_leads_to_the_page_that_was_asked_for(client: FlaskClient, api: TableApi) -> None:
    api.answers["POST /v1/sessions"] = (201, TICKET)

    page = sign_in(client, next="/desk/visits?day=1").get_data(as_text=True)
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    form = {name: _hidden(page, name) for name in ("csrf_token", "ticket", "next", "sealed")}
    answer = client.post("/sign-in/second-step", data=form | {"totp_code": " 123 456 "})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/visits?day=1")
    assert _sent(api, "/v1/sessions/second-factor") == [{"ticket": "the-ticket", "totp_code": "123456"}]
    assert client.get("/me").status_code == 200


def test_nobody_is_signed_in_before_the_second_step(client: FlaskClient, api: TableApi) -> None:
    api.answers["POST /v1/sessions"] = (201, TICKET)
    sign_in(client)

    assert client.get("/me").headers["Location"].startswith("/sign-in")


def test_what_was_typed_when_a_session_ended_survives_both_steps(client: FlaskClient, api: TableApi) -> None:
    sign_in(client)
    token = csrf(client, "/me")
    api.answers["POST /v1/sessions/refresh"] = (403, {"code": "refresh_token_invalid", "title": "over"})
    api.answers["POST /v1/me/password"] = (401, {"code": "not_signed_in", "title": "over"})
    ended = client.post("/me/password", data={"csrf_token": token, "page": "/me", "note": "typed before"})
    assert ended.status_code == 401
    api.answers["POST /v1/sessions"] = (201, TICKET)
    sealed = _hidden(ended.get_data(as_text=True), "sealed")

    page = sign_in(client, next="/me", sealed=sealed).get_data(as_text=True)
    form = {name: _hidden(page, name) for name in ("csrf_token", "ticket", "next", "sealed")}
    wrong = (403, {"code": "second_factor_wrong", "title": "This code is wrong"})
    api.answers["POST /v1/sessions/second-factor"] = wrong
    again = client.post("/sign-in/second-step", data=form | {"totp_code": "000000"})
    assert (again.status_code, "This code is wrong" in again.get_data(as_text=True)) == (400, True)
    assert _hidden(again.get_data(as_text=True), "sealed") == form["sealed"]
    api.answers["POST /v1/sessions/second-factor"] = (201, tokens("second-step"))
    answer = client.post("/sign-in/second-step", data=form | {"recovery_code": "aaaaa-bbbbb"})

    assert answer.headers["Location"] == "/me"
    assert "still here" in client.get("/me?lang=en").get_data(as_text=True)


def test_a_ticket_that_is_over_leads_back_to_the_first_step(client: FlaskClient, api: TableApi) -> None:
    over = (422, {"code": "sign_in_ticket_over", "title": "This sign-in took too long"})
    api.answers["POST /v1/sessions/second-factor"] = over

    answer = client.post(
        "/sign-in/second-step", data={"csrf_token": csrf(client), "ticket": "old", "totp_code": "123456", "next": "/me"}
    )

    page = answer.get_data(as_text=True)
    assert (answer.status_code, _hidden(page, "next")) == (400, "/me")
    assert "This sign-in took too long" in page
    assert 'name="password"' in page


def test_who_must_set_one_up_is_led_there_and_then_to_where_they_wanted(client: FlaskClient, api: TableApi) -> None:
    api.answers["POST /v1/sessions"] = (201, tokens("first") | {"state": "signed_in", "enrolment_required": True})

    assert sign_in(client, next="/desk").headers["Location"] == "/me/second-factor"
    assert _post(client, "/me/second-factor", "/me/second-factor", password="mine").status_code == 303
    page = client.get("/me/second-factor/first-code").get_data(as_text=True)
    drawn = re.search(r"<svg[^>]*viewBox.*?</svg>", page.split('class="qr"', 1)[1], re.DOTALL)
    assert drawn is not None
    assert read_qr(drawn[0]) == URI
    assert "ABCDEFGH IJKLMNOP QRSTUVWX YZ234567" in page
    confirmed = _post(client, "/me/second-factor/first-code", "/me/second-factor/first-code", totp_code="123456")
    assert confirmed.headers["Location"] == "/me/second-factor/recovery-codes"
    paper = client.get("/me/second-factor/recovery-codes").get_data(as_text=True)
    assert all(code in paper for code in CODES)
    answer = _post(client, "/me/second-factor/recovery-codes", "/me/second-factor/recovery-codes/kept")

    assert answer.headers["Location"] == "/desk"
    assert client.get("/me/second-factor/recovery-codes").headers["Location"] == "/me/second-factor"
    assert _sent(api, "/v1/me/second-factor") == [{"password": "mine"}]


def test_an_office_that_came_while_signed_in_asks_for_one_and_loses_nothing(client: FlaskClient, api: TableApi) -> None:
    sign_in(client)
    api.answers["POST /v1/me/password"] = REFUSED

    answer = _post(client, "/me", "/me/password", note="typed before")
    assert answer.headers["Location"] == "/me/second-factor"
    _post(client, "/me/second-factor", "/me/second-factor", password="mine")
    _post(client, "/me/second-factor/first-code", "/me/second-factor/first-code", totp_code="123456")
    answer = _post(client, "/me/second-factor/recovery-codes", "/me/second-factor/recovery-codes/kept")

    assert answer.headers["Location"] == "/me"
    assert "still here" in client.get("/me?lang=en").get_data(as_text=True)


def test_setting_it_up_ends_the_other_sessions_of_these_pages(client: FlaskClient, api: TableApi) -> None:
    sign_in(client)
    other = client.application.test_client()
    sign_in(other)
    _post(client, "/me/second-factor", "/me/second-factor", password="mine")

    _post(client, "/me/second-factor/first-code", "/me/second-factor/first-code", totp_code="123456")

    assert other.get("/me").headers["Location"].startswith("/sign-in")
    assert client.get("/me").status_code == 200
    assert len(_sent(api, "/v1/me/second-factor/first-code")) == 1


def test_it_is_changed_and_removed_by_showing_it(client: FlaskClient, api: TableApi) -> None:
    sign_in(client)
    api.answers["GET /v1/me/second-factor"] = (200, SET_UP)
    page = client.get("/me/second-factor?lang=en").get_data(as_text=True)
    assert "Few recovery codes are left" in page
    assert "set up" in page

    renewed = _post(
        client, "/me/second-factor", "/me/second-factor/recovery-codes", totp_code="123456", recovery_code=""
    )
    assert renewed.headers["Location"] == "/me/second-factor/recovery-codes"
    removed = _post(client, "/me/second-factor", "/me/second-factor/removal", totp_code="", recovery_code="aaaaa-bbbbb")

    assert removed.headers["Location"] == "/sign-in"
    assert _sent(api, "/v1/me/second-factor/recovery-codes") == [{"totp_code": "123456"}]
    assert _sent(api, "/v1/me/second-factor/removal") == [{"recovery_code": "aaaaa-bbbbb"}]
    assert client.get("/me").headers["Location"].startswith("/sign-in")


def test_no_code_is_carried_from_form_to_form(client: FlaskClient, api: TableApi) -> None:
    sign_in(client)
    api.answers["GET /v1/me/second-factor"] = (200, SET_UP)
    api.answers["POST /v1/me/second-factor/removal"] = (403, {"code": "second_factor_wrong", "title": "Wrong code"})

    _post(client, "/me/second-factor", "/me/second-factor/removal", recovery_code="qqqqq-zzzzz")
    page = client.get("/me/second-factor").get_data(as_text=True)

    assert "Wrong code" in page
    assert "qqqqq-zzzzz" not in page
