"""Deadlines are rows: any number for one subject, whatever the subject is, and each falls due by itself."""

from __future__ import annotations

from services.orders.core.store.deadline_store import (
    Deadline,
    next_deadline,
    next_deadline_at,
    remove_deadline,
    replace_deadlines,
)
from services.orders.tests.harness import OrdersHarness, at, named

INCIDENT, PERSON = named("u1"), named("lan")


def test_a_subject_has_as_many_deadlines_as_it_needs(world: OrdersHarness) -> None:
    with world.database.transaction() as connection:
        both = {"remind": at("D2 09:00"), "escalate": at("D2 10:00")}
        replace_deadlines(connection, {INCIDENT: both}, kinds=["remind"])
        replace_deadlines(connection, {PERSON: {"visit": at("D2 09:30")}}, kinds=["visit"])

        first = next_deadline(connection, at("D2 09:00"))
        assert first == Deadline(INCIDENT, "remind", at("D2 09:00"))
        assert remove_deadline(connection, first)
        assert not remove_deadline(connection, first)
        assert next_deadline(connection, at("D2 09:29")) is None
        assert next_deadline_at(connection) == at("D2 09:30")


def test_deadlines_are_replaced_by_kind_and_no_others_are_touched(world: OrdersHarness) -> None:
    with world.database.transaction() as connection:
        both = {"visit": at("D2 09:30"), "call": at("D3 09:00")}
        replace_deadlines(connection, {PERSON: both}, kinds=["visit", "call"])
        replace_deadlines(connection, {PERSON: {"visit": at("D4 09:30")}}, kinds=["visit"])
        moved = Deadline(PERSON, "visit", at("D2 09:30"))

        assert not remove_deadline(connection, moved)
        assert next_deadline_at(connection) == at("D3 09:00")
        replace_deadlines(connection, {PERSON: {}}, kinds=["visit", "call"])
        assert next_deadline_at(connection) is None
