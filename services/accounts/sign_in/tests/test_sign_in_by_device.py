"""Signing in by a device that is signed in already: short-lived, used once, for oneself only, never for an office."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from libs.clock import machine_now
from services.accounts.sign_in.usecases import sign_in_by_device
from services.accounts.tests.platform import Caller, Platform, must, refused

REQUESTS = "/v1/sessions/requests"
ABOUT = {"about": "Firefox on Windows"}


@pytest.fixture
def lan(platform: Platform) -> Caller:
    """An elder who is signed in on her telephone."""
    platform.register("王兰", roles=["recipient"])
    return platform.sign_in("王兰")


def _ask(platform: Platform) -> dict[str, str]:
    asked: dict[str, str] = must(platform.client.post(REQUESTS, json=ABOUT))
    return asked


def _result(platform: Platform, asked: dict[str, str]) -> Any:
    return platform.client.post(f"{REQUESTS}/result", json={"secret": asked["secret"]})


def _decide(caller: Caller, asked: dict[str, str], *, ok: bool = True) -> Any:
    return caller.post(f"{REQUESTS}/{asked['approval']}/decision", {"ok": ok})


def test_a_browser_is_signed_in_once_as_who_approved(platform: Platform, lan: Caller) -> None:
    asked = _ask(platform)
    assert must(_result(platform, asked)) == {"state": "waiting"}
    shown = must(lan.get(f"{REQUESTS}/{asked['approval']}"))
    assert (shown["about"], shown["number"]) == (ABOUT["about"], asked["number"])
    assert (shown["address"], shown["person_id"]) == ("127.0.0.1", lan.person_id)

    assert must(_decide(lan, asked)) == {"decision": "approved"}

    signed_in = must(_result(platform, asked))
    assert (signed_in["state"], signed_in["person_id"]) == ("signed_in", lan.person_id)
    must(Caller(platform.client, signed_in["access_token"]).get("/v1/me"))
    refused(_result(platform, asked), "sign_in_request_over", 422)
    assert platform.rows("SELECT count(*) FROM sign_in_request") == [(0,)]


def test_no_is_no_and_a_decision_is_made_once(platform: Platform, lan: Caller) -> None:
    platform.register("李平", roles=["recipient"])
    other, asked, again = platform.sign_in("李平"), _ask(platform), _ask(platform)

    must(_decide(lan, asked, ok=False))
    must(_decide(lan, again))

    refused(_result(platform, asked), "sign_in_request_over", 422)
    refused(_decide(other, again), "sign_in_request_over", 422)
    assert must(_result(platform, again))["person_id"] == lan.person_id


def test_what_the_qr_says_signs_nobody_in(platform: Platform, lan: Caller) -> None:
    asked = _ask(platform)
    must(_decide(lan, asked))

    stolen = asked | {"secret": asked["approval"]}

    refused(_result(platform, stolen), "sign_in_request_over", 422)
    refused(lan.get(f"{REQUESTS}/{asked['secret']}"), "sign_in_request_over", 422)


def test_a_request_lives_for_minutes(platform: Platform, lan: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_by_device, "REQUEST_LIFETIME", timedelta(seconds=-1))
    asked = _ask(platform)

    refused(_result(platform, asked), "sign_in_request_over", 422)
    refused(_decide(lan, asked), "sign_in_request_over", 422)
    monkeypatch.undo()
    _ask(platform)
    assert platform.rows("SELECT count(*) FROM sign_in_request WHERE expires_at < :now", now=machine_now()) == [(0,)]


def test_whoever_holds_an_office_signs_in_by_the_password(platform: Platform) -> None:
    asked = _ask(platform)

    refused(_decide(platform.staff("coord", "coordinator", "k1"), asked), "staff_sign_in", 403)
    refused(platform.client.post(f"{REQUESTS}/{asked['approval']}/decision", json={"ok": True}), "not_signed_in", 401)
    assert must(_result(platform, asked)) == {"state": "waiting"}


def test_whoever_may_not_sign_in_any_more_is_not_signed_in(platform: Platform, lan: Caller) -> None:
    asked = _ask(platform)
    must(_decide(lan, asked))
    platform.die(lan.person_id)

    refused(_result(platform, asked), "sign_in_request_over", 422)


def test_asking_has_a_bound_by_address(platform: Platform) -> None:
    answers = [platform.client.post(REQUESTS, json=ABOUT).status_code for _ in range(31)]

    assert answers[:30] == [201] * 30
    assert answers[30] == 429


def test_of_two_who_ask_for_the_result_at_once_one_gets_it(platform: Platform, lan: Caller) -> None:
    asked = _ask(platform)
    must(_decide(lan, asked))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _number: _result(platform, asked).status_code, range(4)))

    assert sorted(answers) == [200, 422, 422, 422]


def test_secrets_are_kept_as_digests_alone_and_end_with_the_person(
    platform: Platform, lan: Caller, hear: Callable[[Any], None]
) -> None:
    from services.accounts.erasure.tests.test_erasure import _answer_all, _ask as ask_erasure

    asked = _ask(platform)
    must(_decide(lan, asked))
    [row] = platform.rows("SELECT * FROM sign_in_request")
    assert asked["secret"] not in str(row)
    assert asked["approval"] not in str(row)

    erasure = ask_erasure(platform, platform.staff("admin", "district_admin", "d1"), lan.person_id)
    _answer_all(hear, erasure.json["erasure_id"], lan.person_id)

    assert platform.rows("SELECT count(*) FROM sign_in_request") == [(0,)]
