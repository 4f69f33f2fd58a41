"""What bars a request for help, decided on facts that a test makes up: no database, no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from libs.errors import Refusal
from libs.programme.words import Funding
from services.orders.placing.rules import AskingFacts, refuse_unless_helped
from services.orders.tests.cases import order, person, policy, service

BUDGET = {"programme": {"monthly_budget_minutes": 120}}
POOR = {"pool": {"eligible_hardship": ["low_income"]}}


def facts(**others: Any) -> AskingFacts:
    """Return what lets everything pass."""
    return replace(AskingFacts(person("lan"), service(), policy(BUDGET)), **others)


@pytest.mark.parametrize(
    ("code", "change", "funding", "minutes"),
    [
        ("funding_not_allowed", {}, Funding.PURCHASED, 60),
        ("minutes_out_of_range", {}, Funding.PROGRAMME, 29),
        ("minutes_out_of_range", {}, Funding.PROGRAMME, 241),
        ("not_eligible_for_pool", {"policy": policy(POOR)}, Funding.POOL, 60),
        (
            "grade_outside_limits",
            {"service": service(max_grade="mild"), "recipient": person("lan", grade="moderate")},
            Funding.PROGRAMME,
            60,
        ),
        ("recipient_overlap", {"has_other": True}, Funding.PROGRAMME, 60),
        ("programme_budget_exhausted", {"counted_minutes": 61}, Funding.PROGRAMME, 60),
        ("programme_budget_exhausted", {"policy": policy()}, Funding.PROGRAMME, 60),
    ],
)
def test_a_rule_of_asking_refuses_with_its_code(
    code: str, change: dict[str, Any], funding: Funding, minutes: int
) -> None:
    terms = replace(order().terms, planned_minutes=minutes)

    with pytest.raises(Refusal) as refused:
        refuse_unless_helped(facts(**change), terms, funding)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("change", "funding"),
    [
        ({}, Funding.PROGRAMME),
        ({"counted_minutes": 60}, Funding.PROGRAMME),
        ({"policy": policy(POOR), "recipient": person("lan", hardship=frozenset({"low_income"}))}, Funding.POOL),
        (
            {"policy": policy(POOR), "counted_minutes": 1000, "recipient": person("lan", hardship={"low_income"})},
            Funding.POOL,
        ),
    ],
)
def test_help_that_no_rule_bars_is_given(change: dict[str, Any], funding: Funding) -> None:
    refuse_unless_helped(facts(**change), order().terms, funding)
