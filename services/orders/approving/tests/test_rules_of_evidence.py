"""What proves hours, and what makes a coordinator look twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from libs.programme.words import EvidenceClass
from services.orders.approving.rules.flags import (
    History,
    flags_of_part,
    is_sampled,
    with_device_flag,
    with_evidence_flags,
)
from services.orders.core.rules.evidence import FLAG_WORDS, evidence_class, evidence_of
from services.orders.core.rules.order import Confirmation, Submission
from services.orders.core.rules.people import Place
from services.orders.tests.cases import HOME, id_of, order, part, policy
from services.orders.tests.harness import at

WEAK = {"code_right": False}


@pytest.mark.parametrize(
    ("proof", "called", "wanted"),
    [
        ({}, False, EvidenceClass.VERIFIED),
        (WEAK, False, EvidenceClass.ATTESTED),
        ({**WEAK, "metres_from_home": 0}, False, EvidenceClass.ATTESTED),
        ({**WEAK, "metres_from_home": 300}, True, EvidenceClass.VERIFIED),
        ({**WEAK, "metres_from_home": 301}, True, EvidenceClass.ATTESTED),
        (WEAK, True, EvidenceClass.ATTESTED),
    ],
)
def test_one_complete_set_of_evidence_verifies(proof: dict[str, Any], called: bool, wanted: str) -> None:
    served = part(**proof)
    shown = order(assignments=(served,), submission=Submission(called_back_by=id_of("op") if called else None))

    assert evidence_class(policy(), shown, served) == wanted
    assert ("weak_evidence" in with_evidence_flags(policy(), shown).submission.flags) == (
        wanted == EvidenceClass.ATTESTED
    )


def test_a_paper_slip_is_attested_whatever_else_there_is() -> None:
    served = part()

    entered = replace(order().placement, slip_number=7)

    assert evidence_class(policy(), order(assignments=(served,), placement=entered), served) == EvidenceClass.ATTESTED


@pytest.mark.parametrize("end", ["in_key", "out_key"])
def test_what_a_device_says_of_the_time_is_attested_whatever_else_there_is(end: str) -> None:
    served = replace(part(), in_key="k") if end == "in_key" else replace(part(), out_key="k")
    shown = order(assignments=(served,), submission=Submission(called_back_by=id_of("op")))

    assert evidence_class(policy(), shown, served) == EvidenceClass.ATTESTED
    assert "device_key" in evidence_of(policy(), shown, served)
    assert "offline" in flags_of_part(policy(), shown, served, History())


FLAGGED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("overlap", {}, {"overlaps": True}),
    ("round_minutes", {}, {"last_minutes": (60, 30, 90, 120, 60)}),
    ("frequent_pair", {}, {"pair_count": 13}),
    ("same_device", {}, {"device_shared": True}),
    ("over_daily_limit", {}, {"day_minutes": 481}),
    ("overrun", {"minutes": 91}, {}),
    ("late_check_in", {"start": at("D2 09:31")}, {}),
    ("auto_checked_out", {"was_ended": True}, {}),
    ("off_place", {"metres_from_home": 301}, {}),
    (
        "impossible_travel",
        {"in_place": HOME},
        {"previous_place": Place(31_240_000, 121_470_000), "previous_out_at": at("D2 08:59")},
    ),
]
CLEAN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"last_minutes": (60, 30, 90, 120)}),
    ({}, {"last_minutes": (60, 30, 91, 120, 60)}),
    ({}, {"pair_count": 12, "day_minutes": 480}),
    ({"minutes": 90}, {}),
    ({"start": at("D2 09:30")}, {}),
    ({"metres_from_home": 300}, {}),
    (
        {"in_place": HOME},
        {"previous_place": Place(31_240_000, 121_470_000), "previous_out_at": at("D2 08:58")},
    ),
    ({}, {"previous_place": HOME, "previous_out_at": at("D2 08:59")}),
]


@pytest.mark.parametrize(("flag", "change", "history"), FLAGGED)
def test_a_risk_raises_its_flag_and_no_other(flag: str, change: dict[str, Any], history: dict[str, Any]) -> None:
    assert flags_of_part(policy(), order(), part(**change), History(**history)) == {flag}


@pytest.mark.parametrize(("change", "history"), CLEAN)
def test_what_stays_inside_the_limits_raises_none(change: dict[str, Any], history: dict[str, Any]) -> None:
    assert flags_of_part(policy(), order(), part(**change), History(**history)) == frozenset()


@pytest.mark.parametrize(("round_minutes", "flags"), [(30, {"round_minutes"}), (60, set()), (15, {"round_minutes"})])
def test_what_is_round_is_the_districts_to_say(round_minutes: int, flags: set[str]) -> None:
    rules = policy({"flag": {"round_minutes": round_minutes}})

    assert flags_of_part(rules, order(), part(), History(last_minutes=(60, 30, 90, 120, 60))) == flags


def test_the_device_that_also_confirmed_is_flagged() -> None:
    served = order(assignments=(part(in_device="phone-1"),))

    same, other = (replace(served, confirmation=Confirmation(device=device)) for device in ("phone-1", "phone-2"))
    assert with_device_flag(same).submission.flags == {"same_device"}
    assert with_device_flag(other).submission.flags == frozenset()
    assert with_device_flag(order(assignments=(part(),))).submission.flags == frozenset()


@pytest.mark.parametrize(("rate", "draw", "drawn"), [(0, 0, False), (5, 4, True), (5, 5, False), (100, 99, True)])
def test_a_sample_is_drawn_at_its_rate(rate: int, draw: int, drawn: bool) -> None:
    assert is_sampled(policy({"review": {"sample_rate_percent": rate}}), draw=draw) is drawn


def test_every_flag_is_explained() -> None:
    assert all(FLAG_WORDS.values())
    assert len(FLAG_WORDS) == 16
