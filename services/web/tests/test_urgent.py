"""Urgent help by one touch, what the caller reads, and the roster with its gaps."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.web.pages.urgent.roster import days_of, span_of_form
from services.web.tests.support import PERSON, UNIT, Answers, TableApi, csrf, open_pages, sign_in, signed_in

CALL = "01890a5d-ac96-774b-bcce-b302099a8101"
LAN = "01890a5d-ac96-774b-bcce-b302099a8102"
MIN = "01890a5d-ac96-774b-bcce-b302099a8103"
OPENED = "2026-03-02T19:10:00Z"


def incident(state: str, **others: Any) -> dict[str, Any]:
    words = {"zh": "目前无人值班。请立即拨打120。", "en": "Nobody is on duty now. Dial 120 at once."}
    return {
        "incident_id": CALL,
        "kind": "urgent_call",
        "state": "escalated",
        "opened_at": OPENED,
        "person_id": LAN,
        "words": "",
        "calling": {"state": state, "dial": None, "acknowledged_at": None, **words},
        "rings": [],
        "answered_by": None,
    } | others


def page_of(tmp_path: Path, api: TableApi, path: str) -> str:
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(("role", "page"), [("recipient", "/elder"), ("volunteer", f"/family/{LAN}")])
def test_one_touch_calls_for_oneself_or_for_whom_the_page_is_about(tmp_path: Path, role: str, page: str) -> None:
    grant = {
        "grant_id": CALL, "person_id": LAN, "relative_id": PERSON, "active": True, "names": {"zh": "兰"},
        "until": "2027-01-01", "minutes_per_month": 600, "given_at": OPENED,
    }  # fmt: skip
    api = TableApi(signed_in((role,)) | {"GET /v1/acting-grants": (200, {"items": [grant], "next": None})})
    for path in ("/v1/orders", "/v1/wallets", f"/v1/persons/{LAN}/acts-for-me", "/v1/catalogue-items"):
        api.answers[f"GET {path}"] = (200, {"items": [], "next": None})
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    shown = client.get(page).get_data(as_text=True)
    form = shown[shown.index('action="/urgent"') :]
    form = form[: form.index("</form>")]
    command = form.split('name="command" value="')[1].split('"')[0]
    api.answers[f"PUT /v1/incidents/{command}"] = (201, incident("calling"))
    person = LAN if "family" in page else PERSON
    body = {"csrf_token": csrf(client, page), "command": command} | ({"person_id": LAN} if LAN in form else {})

    answer = client.post("/urgent", data=body)

    assert form.count("<button") == 1
    assert answer.headers["Location"] == f"/urgent/{command}"
    (sent,) = api.sent("PUT")
    assert person.encode() in sent.body


def test_the_caller_reads_to_dial_120_and_can_press_it(tmp_path: Path) -> None:
    api = TableApi(signed_in() | {f"GET /v1/incidents/{CALL}": (200, incident("nobody_on_duty", person_id=PERSON))})

    page = page_of(tmp_path, api, f"/urgent/{CALL}?lang=en")

    assert "Nobody is on duty now. Dial 120 at once." in page
    assert 'href="tel:120"' in page
    assert "I look after it" not in page
    assert 'aria-live="assertive"' in page


def test_whoever_was_told_sees_whom_it_is_about_and_answers_once(tmp_path: Path) -> None:
    ring = {"number": 1, "round": 1, "person_id": PERSON, "rung_at": OPENED, "answer_by": OPENED, "answer": "waiting"}
    person = {"person_id": LAN, "names": {"zh": "兰奶奶"}, "phone_number": "13800000011", "address": "春晖里3号"}
    answers: Answers = {
        f"GET /v1/incidents/{CALL}": (200, incident("calling", rings=[ring])),
        f"GET /v1/persons/{LAN}": (200, person),
    }
    api = TableApi(signed_in(("volunteer",)) | answers)

    page = page_of(tmp_path, api, f"/urgent/{CALL}")

    assert "春晖里3号" in page
    assert 'href="tel:13800000011"' in page
    assert page.count(f'action="/urgent/{CALL}/answer"') == 1
    api.answers[f"GET /v1/incidents/{CALL}"] = (200, incident("acknowledged", rings=[ring], answered_by=PERSON))
    assert f'action="/urgent/{CALL}/answer"' not in page_of(tmp_path, api, f"/urgent/{CALL}")


@pytest.mark.parametrize(("role", "path"), [("operator", "/calls"), ("coordinator", "/desk")])
def test_urgent_calls_stand_first_at_the_desk_and_are_read_out(tmp_path: Path, role: str, path: str) -> None:
    urgent = {"items": [incident("nobody_on_duty")], "next": None}
    api = TableApi(signed_in((role,)) | {"GET /v1/queues/urgent": (200, urgent)})
    for name in ("queues/review", "queues/no_taker", "approval-queue", "visit-plans", "persons/names", "series"):
        api.answers[f"GET /v1/{name}"] = (200, {"items": [], "next": None})

    page = page_of(tmp_path, api, f"{path}?lang=en")

    region = page[page.index('<section id="urgent"') :]
    assert region.startswith('<section id="urgent" aria-live="assertive"')
    assert "NOBODY IS ON DUTY" in region[: region.index("</section>")]
    assert "live.js" in page
    assert page.index("<h1>") < page.index('id="urgent"') < page.index("<h1>") + 300


def test_the_roster_shows_who_is_on_duty_and_when_nobody_is(tmp_path: Path) -> None:
    duty = {
        "entry_id": CALL, "unit_id": UNIT, "person_id": MIN, "from": "2026-03-02T14:00:00Z",
        "until": "2026-03-02T23:00:00Z", "rank": 1,
    }  # fmt: skip
    gap = {"from": "2026-03-02T23:00:00Z", "until": "2026-03-03T14:00:00Z"}

    days = days_of(date(2026, 3, 2), [duty], [gap])

    assert [len(day.duties) for day in days] == [1, 1, 0, 0, 0, 0, 0]
    assert [len(day.gaps) for day in days] == [0, 1, 0, 0, 0, 0, 0]
    assert days[1].gaps == [{"from": "07:00", "until": "22:00"}]
    week = {"from": "2026-03-01T16:00:00Z", "until": "2026-03-03T16:00:00Z"}
    clipped = [day.gaps for day in days_of(date(2026, 3, 2), [], [week])]
    assert clipped == [[{"from": "00:00", "until": "24:00"}]] * 2 + [[]] * 5
    api = TableApi(signed_in(("coordinator",)))
    api.answers["GET /v1/duty-roster"] = (200, {"items": [], "next": None})
    api.answers["GET /v1/duty-roster/gaps"] = (200, {"unit_id": UNIT, "gaps": []})
    assert "Put somebody on duty" in page_of(tmp_path, api, "/duty/roster?lang=en")


def test_a_time_on_duty_is_said_in_beijing_time() -> None:
    assert span_of_form("2026-03-02", "22:00", "8") == ("2026-03-02T14:00:00+00:00", "2026-03-02T22:00:00+00:00")
    with pytest.raises(ValueError, match="isoformat"):
        span_of_form("", "22:00", "8")


def welfare(state: str, **step: Any) -> dict[str, Any]:
    first = {
        "number": 1, "rung": "call", "began_at": OPENED, "answer_by": OPENED, "told_ids": [PERSON], "above_ids": [],
        "taken_by": None, "outcome": None,
    } | step  # fmt: skip
    check = {"state": state, "rung": "call", "number": 1, "steps": [first]}
    return incident("", kind="welfare_check", calling=None, welfare=check, answered_by=first["taken_by"], ending=None)


def test_whoever_was_told_of_a_welfare_check_takes_its_step_and_then_says_what_came_of_it(tmp_path: Path) -> None:
    contact = {"name": "女儿", "phone_number": "138 0000 0044"}
    person = {"person_id": LAN, "names": {"zh": "兰奶奶"}, "phone_number": "13800000011", "contacts": [contact]}
    answers: Answers = {
        f"GET /v1/incidents/{CALL}": (200, welfare("waiting")),
        f"GET /v1/persons/{LAN}": (200, person),
    }
    api = TableApi(signed_in(("volunteer",)) | answers)

    page = page_of(tmp_path, api, f"/urgent/{CALL}?lang=en")

    assert "<h1>Welfare check</h1>" in page
    assert page.count(f'action="/urgent/{CALL}/step"') == 1
    assert 'href="tel:13800000044"' in page
    assert f'action="/urgent/{CALL}/outcome"' not in page
    api.answers[f"GET /v1/incidents/{CALL}"] = (200, welfare("taken", taken_by=PERSON))
    page = page_of(tmp_path, api, f"/urgent/{CALL}?lang=en")
    assert [f'value="{word}"' in page for word in ("reached_well", "needs_help", "not_reached")] == [True] * 3
    api.answers[f"GET /v1/incidents/{CALL}"] = (200, welfare("taken", taken_by=MIN))
    assert f'action="/urgent/{CALL}/outcome"' not in page_of(tmp_path, api, f"/urgent/{CALL}")


def test_a_step_is_taken_and_reported_without_javascript(tmp_path: Path) -> None:
    api = TableApi(signed_in(("operator",)) | {f"GET /v1/incidents/{CALL}": (200, welfare("waiting", told_ids=[]))})
    client = open_pages(tmp_path, api).test_client()
    sign_in(client)
    body = {"csrf_token": csrf(client, f"/urgent/{CALL}"), "command": CALL, "number": "1"}
    api.answers[f"POST /v1/welfare-checks/{CALL}/acknowledgement"] = (200, {})
    api.answers[f"POST /v1/incidents/{CALL}/step-outcome"] = (200, {})

    taken = client.post(f"/urgent/{CALL}/step", data=body)
    said = client.post(f"/urgent/{CALL}/outcome", data=body | {"outcome": "not_reached"})

    assert [answer.headers["Location"] for answer in (taken, said)] == [f"/urgent/{CALL}"] * 2
    first, second = api.sent("POST")[-2:]
    assert b'"number": 1' in first.body.replace(b'":1', b'": 1')
    assert b"not_reached" in second.body


def test_a_welfare_check_at_the_desk_has_its_one_right_act_and_is_closed_in_a_word(tmp_path: Path) -> None:
    urgent = {"items": [welfare("waiting")], "next": None}
    api = TableApi(signed_in(("operator",)) | {"GET /v1/queues/urgent": (200, urgent)})
    for name in ("persons/names", "series"):
        api.answers[f"GET /v1/{name}"] = (200, {"items": [], "next": None})

    page = page_of(tmp_path, api, "/calls?lang=en")

    region = page[page.index('<section id="urgent"') :]
    assert region[: region.index("</section>")].count("I do this step") == 1
    api.answers[f"GET /v1/incidents/{CALL}"] = (200, welfare("needs_help"))
    shown = page_of(tmp_path, api, f"/urgent/{CALL}?lang=en")
    assert "HELP IS NEEDED" in shown
    assert shown.count('name="ending"') == 4
