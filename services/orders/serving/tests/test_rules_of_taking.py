"""Each gate of taking, shut and open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from libs.errors import Refusal
from libs.programme.words import Funding
from services.orders.core.rules.people import Group, Relations
from services.orders.serving.rules.taking import refuse_unless_gates_open, refuse_who_may_not_serve
from services.orders.tests.cases import (
    DISTRICT,
    OTHER_DISTRICT,
    id_of,
    order,
    person,
    policy,
    relation,
    service,
    taking,
)
from services.orders.tests.harness import at

MINOR = date(2014, 3, 2)
CHANGNING = {"earn": {"min_age": 60, "min_age_women": 50, "max_age": 70}}
TWO_NO_SHOWS = [at("D1 09:30"), at("D2 09:30")]
THREE_NO_SHOWS = [*TWO_NO_SHOWS, at("D3 09:30")]
GROUP_ONLY = policy({"earn": {"minor_mode": "group_only"}})
GROUP = Group(id_of("class3"), person("teacher"), frozenset({id_of("k")}))
NO_GROUPS = (
    None,
    replace(GROUP, member_ids=frozenset({id_of("other")})),
    replace(GROUP, leader=None),
    replace(GROUP, leader=person("teacher", status="suspended")),
    replace(GROUP, leader=person("teacher", born=date(2010, 1, 1))),
)
HOUSEHOLD = id_of("h")
SHUT: list[tuple[str, dict[str, Any]]] = [
    ("training_missing", {"volunteer": person("min", training=False)}),
    ("bad_credit_record", {"volunteer": person("min", clean_record=False)}),
    ("insurance_missing", {"volunteer": person("min", insured_until=None), "service": service(risk="M")}),
    ("insurance_missing", {"volunteer": person("min", insured_until=date(2026, 3, 2)), "service": service(risk="H")}),
    ("certificate_missing", {"service": service(certificate="carer")}),
    ("grade_outside_limits", {"recipients": (person("lan", grade="moderate"),), "service": service(max_grade="mild")}),
    ("related_party", {"relations": Relations((relation("lan", "spouse", "min"),))}),
    ("related_party", {"relations": Relations((relation("min", "other", "lan", verified=False),))}),
    (
        "related_party",
        {"volunteer": person("min", household_id=HOUSEHOLD), "recipients": (person("lan", household_id=HOUSEHOLD),)},
    ),
    ("related_party", {"volunteer": person("lan")}),
    ("order_overlap", {"has_other": True}),
    ("volunteer_too_young", {"volunteer": person("m", sex="male", born=date(1967, 1, 1)), "policy": policy(CHANGNING)}),
    ("volunteer_too_young", {"volunteer": person("w", born=date(1976, 3, 4)), "policy": policy(CHANGNING)}),
    ("volunteer_too_old", {"volunteer": person("m", sex="male", born=date(1955, 3, 3)), "policy": policy(CHANGNING)}),
    ("volunteer_too_young", {"volunteer": person("k", born=MINOR), "policy": policy({"earn": {"minor_mode": "none"}})}),
    ("guardian_required", {"volunteer": person("k", born=MINOR)}),
    ("guardian_required", {"volunteer": person("k", born=MINOR), "guardian_id": id_of("aunt")}),
    (
        "minor_group_only",
        {"volunteer": person("k", born=MINOR), "policy": policy({"earn": {"minor_mode": "group_only"}})},
    ),
    *(
        (
            "minor_group_only",
            {
                "volunteer": person("k", born=MINOR),
                "policy": GROUP_ONLY,
                "group_id": id_of("class3"),
                "group": group,
            },
        )
        for group in NO_GROUPS
    ),
    *(("not_in_group", {"volunteer": person("k"), "group_id": id_of("class3"), "group": group}) for group in NO_GROUPS),
    (
        "risk_too_high_for_minor",
        {
            "volunteer": person("k", born=MINOR),
            "guardian_id": id_of("mum"),
            "relations": Relations((relation("mum", "child", "k"),)),
            "service": service(risk="M"),
        },
    ),
    ("volunteer_paused", {"no_shows": TWO_NO_SHOWS, "now": at("D9 09:29")}),
    ("volunteer_paused", {"no_shows": THREE_NO_SHOWS, "now": at("D33 09:29")}),
    ("provider_required", {"order": order(funding=Funding.PURCHASED)}),
    ("not_authorised", {"volunteer": person("n", roles=frozenset({"provider_worker"}))}),
    (
        "cross_district_disabled",
        {
            "volunteer": person("min", district_id=OTHER_DISTRICT),
            "home_policy": policy({"cross_district": {"enabled": False}}),
        },
    ),
]
OPEN: list[dict[str, Any]] = [
    {},
    {"volunteer": person("min", insured_until=None)},
    {"volunteer": person("min", insured_until=date(2026, 3, 3)), "service": service(risk="M")},
    {"volunteer": person("min", certificates=["carer"]), "service": service(certificate="carer")},
    {"recipients": (person("lan", grade="mild"),), "service": service(max_grade="mild")},
    {"relations": Relations((relation("lan", "friend", "min"),))},
    {"volunteer": person("m", sex="male", born=date(1955, 3, 4)), "policy": policy(CHANGNING)},
    {"volunteer": person("w", born=date(1976, 3, 3)), "policy": policy(CHANGNING)},
    {
        "volunteer": person("k", born=MINOR),
        "guardian_id": id_of("mum"),
        "relations": Relations((relation("k", "parent", "mum"),)),
    },
    {
        "volunteer": person("k", born=MINOR),
        "group_id": id_of("class3"),
        "group": GROUP,
        "policy": policy({"earn": {"minor_mode": "group_only"}}),
    },
    {"no_shows": TWO_NO_SHOWS, "now": at("D9 09:30")},
    {"no_shows": THREE_NO_SHOWS, "now": at("D33 09:30")},
    {"no_shows": TWO_NO_SHOWS[:1], "now": at("D1 09:31")},
    {
        "order": order(funding=Funding.PURCHASED),
        "volunteer": person("n", roles=frozenset({"provider_worker"}), training=False, insured_until=None),
        "recipients": (person("lan", grade="total"),),
        "service": service(risk="M", max_grade="mild"),
    },
    {"volunteer": person("min", district_id=OTHER_DISTRICT)},
    {"volunteer": person("min", district_id=DISTRICT), "policy": policy({"cross_district": {"enabled": False}})},
    {
        "relations": Relations((relation("lan", "spouse", "min"),)),
        "policy": policy({"earn": {"related_party_block": False}}),
    },
]

HOUSEHOLD = id_of("h")


@pytest.mark.parametrize(("code", "change"), SHUT)
def test_a_gate_that_is_shut_refuses_with_its_code(code: str, change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_unless_gates_open(taking(**change))

    assert refused.value.code == code


@pytest.mark.parametrize("change", OPEN)
def test_who_passes_every_gate_is_let_in(change: dict[str, Any]) -> None:
    looked_at = taking(**change)

    assert refuse_unless_gates_open(looked_at) is None  # type: ignore[func-returns-value]  # it refuses, or says nothing


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("not_authorised", {"roles": frozenset({"recipient"})}),
        ("person_suspended", {"status": "suspended"}),
        ("person_suspended", {"status": "deceased"}),
    ],
)
def test_who_does_not_serve_is_refused_before_any_gate(code: str, change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_who_may_not_serve(person("min", **change))

    assert refused.value.code == code
