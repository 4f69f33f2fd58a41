"""Small values of the domain, for tests of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.programme.policy import Policy
from libs.programme.words import Funding
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Assignment, Order, Placement, Terms
from services.orders.core.rules.people import Person, Place, Qualifications, Relation, Relations
from services.orders.serving.rules.taking import Taking
from services.orders.tests.harness import DAY_ONE, PARAMETERS, at, named

HOME = Place(31_230_000, 121_470_000)
DISTRICT, OTHER_DISTRICT = named("d1"), named("d2")


def policy(change: dict[str, dict[str, Any]] | None = None) -> Policy:
    """Return the default policy with a few parameters changed."""
    parameters = {group: {**values, **(change or {}).get(group, {})} for group, values in PARAMETERS.items()}
    return Policy.read(parameters, district_id=DISTRICT, version=1, effective=DAY_ONE)


def person(label: str, **others: Any) -> Person:
    """Return a volunteer of 45 unless told otherwise."""
    skills = {
        "training": others.pop("training", True),
        "clean_record": others.pop("clean_record", True),
        "insured_until": others.pop("insured_until", date(2027, 3, 1)),
        "certificates": frozenset(others.pop("certificates", ())),
    }
    known = Person(
        person_id=named(label),
        status="active",
        home_unit_id=named("k1"),
        district_id=DISTRICT,
        born=date(1981, 1, 1),
        sex="female",
        grade="intact",
        hardship=frozenset(),
        household_id=None,
        home=HOME,
        roles=frozenset({"volunteer"}),
        qualifications=Qualifications(**skills),
    )
    return replace(known, **others)


def service(**others: Any) -> Service:
    """Return company: low risk, one person."""
    known = Service(
        "B1", 1, date(2026, 1, 1), "陪伴", "Company", "B", "L", 1, 30, 240, 100,
        frozenset({"credit", "programme", "pool"}), "", "",
    )  # fmt: skip
    return replace(known, **others)


def order(**others: Any) -> Order:
    """Return a published order of an hour on D2 at nine."""
    known = Order(
        order_id=named("o1"),
        district_id=DISTRICT,
        unit_id=named("k1"),
        recipient_id=named("lan"),
        funding=Funding.PROGRAMME,
        terms=Terms(
            service_code="B1",
            catalogue_version=1,
            policy_version=1,
            planned_minutes=60,
            start_at=at("D2 09:00"),
            persons=1,
            coefficient_percent=100,
            price_minutes=60,
        ),
        placement=Placement(named("coord"), at("D1 08:00")),
        state=State.PUBLISHED,
    )
    return replace(known, **others)


def part(label: str = "min", *, start: datetime | None = None, minutes: int = 60, **others: Any) -> Assignment:
    """Return a part that was checked in and out, from D2 at nine unless told otherwise."""
    began = start or at("D2 09:00")
    assignment = Assignment(
        named(label),
        DISTRICT,
        at("D1 09:00"),
        checked_in_at=began,
        checked_out_at=began + timedelta(minutes=minutes),
        code_right=True,
    )
    return replace(assignment, **others)


def relation(person_label: str, kind: str, relative_label: str, *, verified: bool = True) -> Relation:
    """Return that the second is the `kind` of the first."""
    return Relation(named(person_label), named(relative_label), kind, verified)


def taking(**others: Any) -> Taking:
    """Return somebody about to take the order, with every gate open."""
    known = Taking(
        order=order(),
        service=service(),
        volunteer=person("min"),
        recipients=(person("lan", roles=frozenset({"recipient"}), born=date(1950, 1, 1)),),
        relations=Relations(()),
        policy=policy(),
        home_policy=policy(),
        day=date(2026, 3, 3),
        now=at("D1 10:00"),
        no_shows=[],
        has_other=False,
    )
    return replace(known, **others)


def id_of(label: str) -> UUID:
    """Return the id that a label stands for."""
    return named(label)
