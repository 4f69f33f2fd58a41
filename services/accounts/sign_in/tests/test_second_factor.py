"""The second factor of staff: set up by its first code, sealed, changed only by showing it, lost and found by paper."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.accounts.sign_in.gateways.one_time_codes import RECOVERY_LETTERS, same_recovery_code
from services.accounts.sign_in.tests.second_factors import (
    OWN,
    Phone,
    Staff,
    caller_of,
    enrol,
    first_step,
    kept_of,
    new_coordinator,
    notices,
    second_step,
    sign_in_with,
)
from services.accounts.sign_in.usecases import second_factor, sign_in
from services.accounts.tests.platform import PASSWORD, Platform, must, refused


def test_a_first_code_puts_it_in_force_and_ends_every_other_session(offering: Platform, tan: Staff) -> None:
    begun = must(tan.post(OWN, {"password": PASSWORD}))
    assert begun["uri"].startswith("otpauth://totp/")
    assert begun["secret"] in begun["uri"]
    assert first_step(offering, tan.number)["state"] == "signed_in"  # Until the first code nothing is asked for.

    confirmed = must(tan.post(f"{OWN}/first-code", {"totp_code": Phone(begun["secret"]).code()}))

    assert len(set(confirmed["recovery_codes"])) == 10
    refused(tan.get("/v1/me"), "not_signed_in", 401)
    present = must(caller_of(offering, confirmed).get(OWN))
    assert (present["recovery_codes_left"], present["required"]) == (10, False)
    assert present["confirmed_at"] is not None
    assert [(act["act"], act["done_by"]) for act in present["acts"]] == [("enrolled", tan.person_id)]
    assert "second factor" in notices(offering)[-1]
    assert tan.number in notices(offering)[-1]


def test_a_recovery_code_works_once_and_is_told_and_kept(offering: Platform, tan: Staff) -> None:
    _, confirmed = enrol(tan)
    code = confirmed["recovery_codes"][3]
    ticket, other = first_step(offering, tan.number)["ticket"], first_step(offering, tan.number)["ticket"]

    signed_in = caller_of(offering, must(second_step(offering, ticket, recovery_code=code.upper().replace("-", " "))))

    refused(second_step(offering, other, recovery_code=code), "second_factor_wrong", 403)
    present = must(signed_in.get(OWN))
    assert present["recovery_codes_left"] == 9
    assert [act["act"] for act in present["acts"]] == ["recovery_code_used", "enrolled"]
    assert "recovery code" in notices(offering)[-1].lower()
    digests = offering.rows("SELECT digest FROM recovery_code WHERE person_id = :id", id=tan.person_id)
    kept = {bytes(digest) for (digest,) in digests}
    plain = {hashlib.sha256(code.encode()).digest() for code in confirmed["recovery_codes"]}
    assert len(kept) == 9
    assert not kept & (plain | {code.encode() for code in confirmed["recovery_codes"]})


def test_new_recovery_codes_end_the_old_and_take_a_present_code(offering: Platform, tan: Staff) -> None:
    phone, confirmed = enrol(tan)
    caller = caller_of(offering, confirmed)
    path, old = f"{OWN}/recovery-codes", confirmed["recovery_codes"]
    refused(caller.post(path, {"totp_code": "000000"}), "second_factor_wrong", 403)

    renewed = must(caller.post(path, {"totp_code": phone.code()}))["recovery_codes"]

    assert len(renewed) == 10
    assert not set(renewed) & set(old)
    ticket = first_step(offering, tan.number)["ticket"]
    refused(second_step(offering, ticket, recovery_code=old[0]), "second_factor_wrong", 403)
    must(second_step(offering, ticket, recovery_code=renewed[0]))
    refused(caller.post(path, {}), "invalid_fields", 422)


def test_another_takes_the_place_of_the_present_one_only_by_showing_that(offering: Platform, tan: Staff) -> None:
    phone, confirmed = enrol(tan)
    caller = caller_of(offering, confirmed)

    refused(caller.post(OWN, {"password": PASSWORD}), "second_factor_wrong", 403)
    refused(caller.post(OWN, {"password": PASSWORD, "totp_code": "000000"}), "second_factor_wrong", 403)
    refused(caller.post(OWN, {"password": "not mine", "totp_code": "000000"}), "sign_in_failed", 403)
    begun = must(caller.post(OWN, {"password": PASSWORD, "totp_code": phone.code()}))
    assert first_step(offering, tan.number)["state"] == "second_factor_needed"
    other = Phone(begun["secret"])
    replacing = must(caller.post(f"{OWN}/first-code", {"totp_code": other.code()}))

    refused(caller.get("/v1/me"), "not_signed_in", 401)
    ticket = first_step(offering, tan.number)["ticket"]
    refused(second_step(offering, ticket, totp_code=phone.code()), "second_factor_wrong", 403)
    refused(second_step(offering, ticket, recovery_code=confirmed["recovery_codes"][0]), "second_factor_wrong", 403)
    must(second_step(offering, ticket, totp_code=other.code()))
    assert [act["act"] for act in must(caller_of(offering, replacing).get(OWN))["acts"]] == ["replaced", "enrolled"]


def test_a_lost_telephone_is_replaced_by_a_recovery_code(offering: Platform, tan: Staff) -> None:
    _, confirmed = enrol(tan)
    first, second, *_ = confirmed["recovery_codes"]
    ticket = first_step(offering, tan.number)["ticket"]

    again = caller_of(offering, must(second_step(offering, ticket, recovery_code=first)))
    phone, _ = enrol(again, recovery_code=second)

    assert sign_in_with(offering, tan, phone).person_id == tan.person_id


def test_it_is_removed_by_showing_it_and_every_session_ends(offering: Platform, tan: Staff) -> None:
    phone, confirmed = enrol(tan)
    caller, waiting = caller_of(offering, confirmed), first_step(offering, tan.number)["ticket"]
    refused(caller.post(f"{OWN}/removal", {"totp_code": "000000"}), "second_factor_wrong", 403)

    must(caller.post(f"{OWN}/removal", {"totp_code": phone.code()}))

    refused(caller.get("/v1/me"), "not_signed_in", 401)
    refused(second_step(offering, waiting, recovery_code=confirmed["recovery_codes"][0]), "sign_in_ticket_over", 422)
    again = caller_of(offering, first_step(offering, tan.number))
    assert must(again.get(OWN))["confirmed_at"] is None
    refused(again.post(f"{OWN}/removal", {"totp_code": phone.code()}), "second_factor_not_found", 404)
    refused(again.post(OWN, {"password": PASSWORD, "totp_code": "000000"}), "second_factor_not_found", 404)


def test_it_is_for_staff_who_show_who_they_are(offering: Platform, tan: Staff) -> None:
    offering.register("王兰", roles=["recipient"])

    refused(offering.sign_in("王兰").post(OWN, {"password": PASSWORD}), "second_factor_for_staff", 403)
    refused(tan.post(OWN, {"password": "not mine"}), "sign_in_failed", 403)
    refused(tan.post(OWN, {}), "invalid_fields", 422)
    refused(tan.post(f"{OWN}/first-code", {"totp_code": "123456"}), "enrolment_over", 422)
    both = {"password": PASSWORD, "totp_code": "123456", "recovery_code": "abcde-fghij"}
    refused(tan.post(OWN, both), "invalid_fields", 422)


def test_setting_up_and_signing_in_take_minutes_only(
    offering: Platform, tan: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_factor, "ENROLMENT_LIFETIME", timedelta(seconds=-1))
    begun = must(tan.post(OWN, {"password": PASSWORD}))
    late = Phone(begun["secret"])
    refused(tan.post(f"{OWN}/first-code", {"totp_code": late.code()}), "enrolment_over", 422)
    monkeypatch.undo()
    phone, _ = enrol(tan)
    monkeypatch.setattr(sign_in, "TICKET_LIFETIME", timedelta(seconds=-1))
    ticket = first_step(offering, tan.number)["ticket"]

    refused(second_step(offering, ticket, totp_code=phone.code()), "sign_in_ticket_over", 422)


def test_a_session_that_ended_meanwhile_confirms_nothing(
    offering: Platform, tan: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = must(tan.post(OWN, {"password": PASSWORD}))
    code, lock = Phone(begun["secret"]).code(), second_factor._lock_own_session

    def end_first(store: Any, context: Any, **terms: Any) -> None:
        offering.client.delete("/v1/sessions", headers={"Authorization": f"Bearer {tan.token}"})
        lock(store, context, **terms)

    monkeypatch.setattr(second_factor, "_lock_own_session", end_first)

    refused(tan.post(f"{OWN}/first-code", {"totp_code": code}), "not_signed_in", 401)
    assert kept_of(offering, tan, "confirmed_at") is None


def test_what_is_kept_of_it_is_sealed(offering: Platform, tan: Staff) -> None:
    secret = must(tan.post(OWN, {"password": PASSWORD}))["secret"]

    assert secret.encode() not in bytes(kept_of(offering, tan, "sealed"))
    assert offering.rows("SELECT 1 FROM command WHERE answer::text LIKE :like", like=f"%{secret}%") == []


def test_an_erased_person_leaves_none(platform: Platform, hear: Callable[[Any], None]) -> None:
    from services.accounts.erasure.tests.test_erasure import _answer_all, _ask

    tan = new_coordinator(platform)
    enrol(tan)
    first_step(platform, tan.number)
    admin = platform.staff("admin", "district_admin", "d1")

    asked = _ask(platform, admin, tan.person_id)
    _answer_all(hear, asked.json["erasure_id"], tan.person_id)

    left = """SELECT (SELECT count(*) FROM second_factor), (SELECT count(*) FROM recovery_code),
        (SELECT count(*) FROM sign_in_ticket), (SELECT count(*) FROM second_factor_act)"""
    assert platform.rows(left) == [(0, 0, 0, 1)]  # That it was done stays known, by ids alone.


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    assert not set(RECOVERY_LETTERS) & set("01ilo")
    assert same_recovery_code("ABcde fghjk") == same_recovery_code(" abcde-fghjk") == "abcde-fghjk"
