"""A second factor that was lost: reset by two people, neither of them its owner, and told."""

from __future__ import annotations

import pytest

from libs.ids import new_id
from services.accounts.sign_in.tests.second_factors import (
    OWN,
    Staff,
    caller_of,
    enrol,
    first_step,
    notices,
    second_step,
)
from services.accounts.tests.platform import Caller, Platform, must, refused

YES = {"ok": True}


@pytest.fixture
def path(tan: Staff) -> str:
    """Where the reset of a coordinator's second factor is proposed."""
    return f"/v1/persons/{tan.person_id}/second-factor-resets/{new_id()}"


def test_two_people_reset_it_and_every_session_ends(offering: Platform, tan: Staff, path: str) -> None:
    _, confirmed = enrol(tan)
    waiting = first_step(offering, tan.number)["ticket"]

    proposed = must(offering.a.put(path))
    assert (proposed["state"], proposed["person_id"]) == ("proposed", tan.person_id)
    assert proposed["roles_to_decide"] == ["checker", "city_admin", "district_admin"]
    must(caller_of(offering, confirmed).get("/v1/me"))
    decided = must(offering.b.post(f"{path}/decision", YES))

    assert decided["state"] == "accepted"
    refused(caller_of(offering, confirmed).get("/v1/me"), "not_signed_in", 401)
    body = {"refresh_token": confirmed["refresh_token"]}
    refused(offering.client.post("/v1/sessions/refresh", json=body), "refresh_token_invalid", 403)
    code = confirmed["recovery_codes"][0]
    refused(second_step(offering, waiting, recovery_code=code), "sign_in_ticket_over", 422)
    assert "reset" in notices(offering)[-1]
    assert tan.number in notices(offering)[-1]
    again = caller_of(offering, first_step(offering, tan.number))
    present = must(again.get(OWN))
    assert (present["confirmed_at"], present["recovery_codes_left"]) == (None, 0)
    assert present["acts"][0]["act"] == "reset"
    assert [row["state"] for row in must(again.get(path.rpartition("/")[0]))["items"]] == ["accepted"]


def test_nobody_resets_his_own_nor_decides_what_he_proposed(offering: Platform, tan: Staff, path: str) -> None:
    _, confirmed = enrol(tan)
    own = caller_of(offering, confirmed)

    refused(own.put(path), "maker_is_checker", 403)
    must(offering.a.put(path))
    refused(own.post(f"{path}/decision", YES), "maker_is_checker", 403)
    refused(offering.a.post(f"{path}/decision", YES), "maker_is_checker", 403)

    must(own.get("/v1/me"))


def test_only_who_stands_above_may_and_only_once(offering: Platform, tan: Staff, path: str) -> None:
    refused(offering.a.put(path), "second_factor_not_found", 404)
    enrol(tan)
    checker = _checker(offering, "k1")
    elsewhere = _checker(offering, "s2")
    offering.register(f"王{tan.number}", roles=["recipient"])
    lan = offering.sign_in(f"王{tan.number}")

    refused(lan.put(path), "not_authorised", 403)
    refused(elsewhere.put(path), "out_of_scope", 403)
    must(checker.put(path))
    refused(elsewhere.post(f"{path}/decision", YES), "out_of_scope", 403)
    refused(offering.a.post(f"{path}/decision", {"ok": False}), "invalid_fields", 422)
    must(offering.a.post(f"{path}/decision", {"ok": False, "why": "she has it still"}))

    refused(offering.b.post(f"{path}/decision", YES), "already_decided", 409)
    refused(offering.b.post(f"{path[:-36]}{new_id()}/decision", YES), "record_not_found", 404)
    assert first_step(offering, tan.number)["state"] == "second_factor_needed"


def test_a_proposal_ends_with_the_factor_that_it_was_about(offering: Platform, tan: Staff, path: str) -> None:
    phone, confirmed = enrol(tan)
    must(offering.a.put(path))

    enrol(caller_of(offering, confirmed), totp_code=phone.code())

    refused(offering.b.post(f"{path}/decision", YES), "already_decided", 409)
    assert first_step(offering, tan.number)["state"] == "second_factor_needed"


def _checker(offering: Platform, unit: str) -> Caller:
    name = f"审{new_id().hex[-8:]}"
    person_id = offering.register(name, unit="k1" if unit == "k1" else "k3")
    offering.set_own_password(name)
    caller = offering.sign_in(name)
    offering.appoint(person_id, "checker", "s1" if unit == "k1" else unit)
    return caller
