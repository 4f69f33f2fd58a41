"""The second step of signing in: asked of whoever gave the first, used once, guessed slowly, required of offices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import jwt
import pyotp
import pytest

from libs.clock import machine_now
from libs.settings import WrongSettingError, read
from services.accounts.core.store.person_store import PersonStore
from services.accounts.core.store.unit_store import UnitStore
from services.accounts.settings import Settings
from services.accounts.sign_in.gateways.one_time_codes import step_of
from services.accounts.sign_in.tests.second_factors import (
    OWN,
    Phone,
    Staff,
    caller_of,
    enrol,
    first_step,
    requiring,
    second_step,
)
from services.accounts.tests.platform import PASSWORD, Caller, Platform, must, refused, wait_until_somebody_waits

NEEDED = {
    "ACCOUNTS_DATABASE_URL": "postgresql:///x",
    "ACCOUNTS_MASTER_KEY_FILE": "key",
    "ACCOUNTS_PORT": "1",
    "ACCOUNTS_HOST": "h",
}


def test_who_gave_the_first_factor_holds_a_ticket_that_opens_nothing(offering: Platform, tan: Staff) -> None:
    _, confirmed = enrol(tan)

    answered = first_step(offering, tan.number)

    assert answered.keys() == {"state", "ticket", "ticket_expires_at"}
    assert answered["state"] == "second_factor_needed"
    refused(Caller(offering.client, answered["ticket"]).get("/v1/me"), "not_signed_in", 401)
    body = {"refresh_token": answered["ticket"]}
    refused(offering.client.post("/v1/sessions/refresh", json=body), "refresh_token_invalid", 403)
    assert confirmed["person_id"] == tan.person_id


def test_a_code_signs_in_once_in_however_many_sign_ins(offering: Platform, tan: Staff) -> None:
    phone, _ = enrol(tan)
    ticket, other = first_step(offering, tan.number)["ticket"], first_step(offering, tan.number)["ticket"]
    code = phone.code()

    must(caller_of(offering, must(second_step(offering, ticket, totp_code=code))).get("/v1/me"))

    refused(second_step(offering, other, totp_code=code), "second_factor_wrong", 403)
    refused(second_step(offering, ticket, totp_code=phone.code()), "sign_in_ticket_over", 422)


def test_the_code_that_confirmed_it_signs_nobody_in(offering: Platform, tan: Staff) -> None:
    begun = must(tan.post(OWN, {"password": PASSWORD}))
    phone = Phone(begun["secret"])
    before, code = phone.code_at(-1), phone.code()
    must(tan.post(f"{OWN}/first-code", {"totp_code": code}))

    ticket = first_step(offering, tan.number)["ticket"]

    refused(second_step(offering, ticket, totp_code=code), "second_factor_wrong", 403)
    refused(second_step(offering, ticket, totp_code=before), "second_factor_wrong", 403)
    must(second_step(offering, ticket, totp_code=phone.code()))


def test_of_two_who_show_one_code_at_once_one_signs_in(offering: Platform, tan: Staff) -> None:
    phone, _ = enrol(tan)
    tickets, code = [first_step(offering, tan.number)["ticket"] for _ in range(2)], phone.code()

    with ThreadPoolExecutor(2) as pool:
        with offering.database.transaction() as connection:
            PersonStore(connection, UnitStore(connection)).lock_person(UUID(tan.person_id))
            answers = [pool.submit(second_step, offering, ticket, totp_code=code) for ticket in tickets]
            wait_until_somebody_waits(offering)
        statuses = sorted(answer.result().status_code for answer in answers)

    assert statuses == [201, 403]


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(steps: int, *, is_right: bool) -> None:
    phone, now = Phone(pyotp.random_base32()), machine_now()

    step = step_of(phone.secret, phone.code_at(steps), now=now)

    assert (step is not None) == is_right


def test_it_is_said_to_nobody_who_did_not_give_the_first(offering: Platform, tan: Staff) -> None:
    phone, _ = enrol(tan)
    offering.register("李平")

    problems = [
        refused(offering.client.post("/v1/sessions", json={"login": login, "password": "wrong"}), "sign_in_failed", 403)
        for login in (tan.number, "李平", "nobody")
    ]

    shown = [{name: said for name, said in problem.items() if name != "instance"} for problem in problems]
    assert shown[0] == shown[1] == shown[2]
    refused(second_step(offering, "x" * 43, totp_code=phone.code()), "sign_in_ticket_over", 422)


def test_guesses_count_in_all_sign_ins_together_and_a_recovery_code_still_opens(offering: Platform, tan: Staff) -> None:
    phone, confirmed = enrol(tan)
    tickets = [first_step(offering, tan.number)["ticket"] for _ in range(3)]
    right = {phone.code_at(step) for step in (-1, 0, 1, 2, 3)}
    wrong = next(f"{number:06d}" for number in range(10) if f"{number:06d}" not in right)

    statuses = [second_step(offering, tickets[number % 3], totp_code=wrong).status_code for number in range(6)]

    assert statuses == [403] * 5 + [429]
    assert second_step(offering, first_step(offering, tan.number)["ticket"], totp_code=phone.code()).status_code == 429
    must(second_step(offering, tickets[0], recovery_code=confirmed["recovery_codes"][0]))


def test_a_sent_code_and_another_device_ask_for_it_too(offering: Platform, tan: Staff) -> None:
    phone, confirmed = enrol(tan)
    caller, folder = caller_of(offering, confirmed), offering.settings.codes_folder
    assert folder is not None

    must(offering.client.post("/v1/sign-in-codes", json={"login": tan.number}))
    offering.settle_codes()
    *_, sent = (path.read_text().split()[1] for path in sorted(folder.glob("*.txt")) if "notice" not in path.name)
    by_code = must(offering.client.post("/v1/sessions", json={"login": tan.number, "code": sent}))
    assert by_code["state"] == "second_factor_needed"
    asked = must(offering.client.post("/v1/sessions/requests", json={"about": "Firefox"}))
    decision = f"/v1/sessions/requests/{asked['approval']}/decision"

    refused(caller.post(decision, {"ok": True}), "staff_sign_in", 403)
    must(second_step(offering, by_code["ticket"], totp_code=phone.code()))


def test_who_got_one_after_saying_yes_is_signed_in_nowhere(offering: Platform, tan: Staff) -> None:
    offering.register("李兰", roles=["recipient"])
    lan = offering.sign_in("李兰")
    asked = must(offering.client.post("/v1/sessions/requests", json={"about": "Firefox"}))
    must(lan.post(f"/v1/sessions/requests/{asked['approval']}/decision", {"ok": True}))
    offering.appoint(lan.person_id, "coordinator", "k2")
    enrol(lan)

    result = offering.client.post("/v1/sessions/requests/result", json={"secret": asked["secret"]})

    refused(result, "sign_in_request_over", 422)
    assert tan.person_id != lan.person_id


def test_a_new_password_ends_what_waits_for_the_second_step(offering: Platform, tan: Staff) -> None:
    phone, confirmed = enrol(tan)
    ticket = first_step(offering, tan.number)["ticket"]

    body = {"password": PASSWORD, "new_password": "another one entirely"}
    must(caller_of(offering, confirmed).post("/v1/me/password", body))

    refused(second_step(offering, ticket, totp_code=phone.code()), "sign_in_ticket_over", 422)


def test_where_it_is_required_an_office_opens_nothing_without_it(offering: Platform, tan: Staff) -> None:
    strict = requiring(offering)

    signed_in = first_step(strict, tan.number)
    caller = caller_of(strict, signed_in)

    assert signed_in["enrolment_required"]
    assert jwt.decode(signed_in["access_token"], options={"verify_signature": False})["aud"] == "timebank/one-factor"
    for answer in (
        caller.get(f"/v1/persons/{tan.person_id}"),
        caller.get("/v1/access-log"),
        caller.post("/v1/me/password", {"password": PASSWORD, "new_password": "another one entirely"}),
        caller.post(f"{OWN}/removal", {"totp_code": "123456"}),
        caller.put(f"/v1/persons/{tan.person_id}/second-factor-resets/{tan.person_id}"),
    ):
        refused(answer, "second_factor_required", 403)
    must(caller.get("/v1/me"))
    assert must(caller.get(OWN))["required"]
    _, confirmed = enrol(caller)
    must(caller_of(strict, confirmed).get("/v1/access-log"))
    assert not confirmed["enrolment_required"]
    body = {"refresh_token": confirmed["refresh_token"]}
    renewed = must(strict.client.post("/v1/sessions/refresh", json=body))
    must(caller_of(strict, renewed).get("/v1/access-log"))


def test_a_session_from_before_the_office_does_not_open_it(offering: Platform, tan: Staff) -> None:
    strict = requiring(offering)
    offering.register("赵兰", roles=["volunteer"])
    offering.set_own_password("赵兰")
    signed_in = first_step(strict, "赵兰")
    lan = caller_of(strict, signed_in)
    must(lan.get("/v1/access-log"))
    assert not signed_in["enrolment_required"]

    offering.appoint(lan.person_id, "coordinator", "k2")

    refused(lan.get("/v1/access-log"), "second_factor_required", 403)
    renewed = must(strict.client.post("/v1/sessions/refresh", json={"refresh_token": signed_in["refresh_token"]}))
    assert renewed["enrolment_required"]
    refused(caller_of(strict, renewed).get(f"/v1/persons/{tan.person_id}"), "second_factor_required", 403)
    assert caller_of(strict, renewed).delete("/v1/sessions/current").status_code == 204


def test_a_session_from_before_it_was_required_ends_with_its_token(offering: Platform, tan: Staff) -> None:
    before = first_step(offering, tan.number)

    strict = requiring(offering)
    renewed = must(strict.client.post("/v1/sessions/refresh", json={"refresh_token": before["refresh_token"]}))

    assert renewed["enrolment_required"]
    refused(caller_of(strict, renewed).get("/v1/access-log"), "second_factor_required", 403)
    assert tan.person_id == renewed["person_id"]


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ({}, True),
        ({"ACCOUNTS_DEMO": "1"}, False),
        ({"ACCOUNTS_DEMO": "1", "ACCOUNTS_SECOND_FACTOR_REQUIRED": "1"}, True),
        ({"ACCOUNTS_SECOND_FACTOR_REQUIRED": "0"}, False),
    ],
)
def test_it_is_required_unless_somebody_says_otherwise_or_the_people_are_invented(
    said: dict[str, str], *, asks: bool
) -> None:
    settings = read("accounts", Settings, NEEDED | said)

    assert settings.asks_staff_for_second_factor is asks


@pytest.mark.parametrize("word", ["required", "yes", "", "2", "never"])
def test_a_misspelt_setting_stops_the_process(word: str) -> None:
    with pytest.raises(WrongSettingError, match="ACCOUNTS_SECOND_FACTOR_REQUIRED"):
        read("accounts", Settings, NEEDED | {"ACCOUNTS_SECOND_FACTOR_REQUIRED": word})
