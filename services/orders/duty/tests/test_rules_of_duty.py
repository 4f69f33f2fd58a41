"""Whom an urgent call goes to next, and when nobody is on duty."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.orders.duty.refusals import DutyOutOfRangeError
from services.orders.duty.rules import (
    OnDuty,
    Ring,
    RingAnswer,
    Span,
    gaps_of,
    next_to_call,
    order_of_call,
    refuse_out_of_range,
)
from services.orders.tests.harness import at, named

K1, S1, D1 = named("k1"), named("s1"), named("d1")
MIN, HUA, COORD = named("min"), named("hua"), named("coord")


def on_duty(person_id: UUID, unit_id: UUID, rank: int = 1) -> OnDuty:
    return OnDuty(named(f"{person_id}/{unit_id}"), person_id, unit_id, rank, at("D1 00:00"))


def ring(number: int, person_id: UUID, round_: int, answer: RingAnswer = RingAnswer.SILENT) -> Ring:
    return Ring(number, person_id, round_, at("D1 03:10"), at("D1 03:12"), answer)


def test_the_nearest_unit_is_called_first_then_by_rank_and_everybody_once() -> None:
    duties = [on_duty(COORD, D1), on_duty(HUA, K1, 2), on_duty(MIN, K1, 1), on_duty(HUA, S1)]

    assert order_of_call(duties, [K1, S1, D1]) == [MIN, HUA, COORD]


def test_it_goes_round_as_often_as_the_rules_say() -> None:
    first = next_to_call([MIN, HUA], [], rounds=2)
    second = next_to_call([MIN, HUA], [ring(1, MIN, 1)], rounds=2)
    third = next_to_call([MIN, HUA], [ring(1, MIN, 1), ring(2, HUA, 1)], rounds=2)
    whole = [ring(1, MIN, 1), ring(2, HUA, 1), ring(3, MIN, 2), ring(4, HUA, 2)]

    assert [first, second, third] == [(MIN, 1), (HUA, 1), (MIN, 2)]
    assert next_to_call([MIN, HUA], whole, rounds=2) is None


def test_whoever_cannot_be_told_is_called_no_more_and_whoever_comes_on_duty_is() -> None:
    rings = [ring(1, MIN, 1, RingAnswer.UNREACHED)]

    assert next_to_call([MIN], rings, rounds=5) is None
    assert next_to_call([MIN, COORD], rings, rounds=5) == (COORD, 1)


def test_nobody_on_duty_is_nobody_to_call() -> None:
    assert next_to_call([], [], rounds=2) is None


def test_gaps_are_what_no_time_on_duty_covers() -> None:
    whole = Span(at("D1 00:00"), at("D2 00:00"))
    spans = [Span(at("D1 08:00"), at("D1 14:00")), Span(at("D1 12:00"), at("D1 20:00"))]

    assert gaps_of(whole, spans) == [Span(at("D1 00:00"), at("D1 08:00")), Span(at("D1 20:00"), at("D2 00:00"))]
    assert gaps_of(whole, []) == [whole]
    assert gaps_of(whole, [Span(at("D1 00:00"), at("D3 00:00"))]) == []


@pytest.mark.parametrize(
    ("start", "end"), [("D1 10:00", "D1 10:00"), ("D1 10:00", "D1 09:00"), ("D1 10:00", "D33 10:00")]
)
def test_a_time_on_duty_has_a_beginning_and_an_end(start: str, end: str) -> None:
    with pytest.raises(DutyOutOfRangeError):
        refuse_out_of_range(Span(at(start), at(end)), now=at("D1 00:00"))


def test_a_time_on_duty_that_is_over_is_set_no_more() -> None:
    span = Span(at("D1 08:00"), at("D1 09:00"))

    refuse_out_of_range(span, now=at("D1 09:00") - timedelta(minutes=1))
    with pytest.raises(DutyOutOfRangeError):
        refuse_out_of_range(span, now=at("D1 09:00"))
