"""Ids that follow from others: always the same, each its own, and in the order of what they follow."""

from __future__ import annotations

import uuid

from libs.ids import new_id
from services.ledger.domain.request_ids import request_id_after


def test_the_same_cause_always_gives_the_same_id_and_others_give_others() -> None:
    cause, other = new_id().bytes, new_id().bytes

    made = [request_id_after(one, name) for one in (cause, other) for name in ("1", "2", "10", "post")]

    assert made == [request_id_after(one, name) for one in (cause, other) for name in ("1", "2", "10", "post")]
    assert len(set(made)) == len(made)


def test_two_causes_of_one_millisecond_give_different_ids() -> None:
    first, second = (uuid.UUID(int=0x0190_0000_0001_7000_8000_0000_0000_0000 | number).bytes for number in (1, 2))

    assert request_id_after(first, "1") != request_id_after(second, "1")


def test_an_id_is_a_version_8_uuid_that_begins_with_the_time_of_its_cause() -> None:
    causes = [uuid.UUID(int=ms << 80 | 0x7 << 76 | 0b10 << 62).bytes for ms in (0, 1, 1_790_000_000_000, (1 << 48) - 1)]

    made = [request_id_after(cause, "1") for cause in causes]

    assert [uuid.UUID(bytes=one).version for one in made] == [8] * len(causes)
    assert {uuid.UUID(bytes=one).variant for one in made} == {uuid.RFC_4122}
    assert [one[:6] for one in made] == [cause[:6] for cause in causes]
    assert made == sorted(made)
