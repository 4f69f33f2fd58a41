"""Ids that sort by time, and ids that a cause always gives."""

from __future__ import annotations

import uuid

from libs.clock import machine_now, to_microseconds
from libs.ids import id_from_cause, new_id


def test_new_ids_are_version_7_and_carry_the_machine_time() -> None:
    before = to_microseconds(machine_now()) // 1000

    identity = new_id()

    assert (identity.version, identity.variant) == (7, uuid.RFC_4122)
    assert before <= identity.int >> 80 <= to_microseconds(machine_now()) // 1000


def test_new_ids_do_not_repeat() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_a_cause_always_gives_the_same_id() -> None:
    cause = new_id()

    assert id_from_cause(cause, "settlement") == id_from_cause(cause, "settlement")
    assert id_from_cause(cause, "settlement").version == 5


def test_other_parts_or_another_cause_give_another_id() -> None:
    cause = new_id()

    ids = {
        id_from_cause(cause, "a"),
        id_from_cause(cause, "b"),
        id_from_cause(cause, "a", "b"),
        id_from_cause(new_id(), "a"),
    }

    assert len(ids) == 4
