"""Every way a welfare check can go, walked through by the rules alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from libs.programme.policy import Policy
from services.orders.welfare import rules
from services.orders.welfare.rules import ABOVE, FIRST, SAID, Check, CheckState, Rung, StepOutcome

POLICY = Policy.read({}, district_id=UUID(int=1), version=1, effective=date(2026, 1, 1))
STEPS_MAX = len(ABOVE) + 4


def _followers(check: Check) -> list[Check]:
    taken = [rules.taken(check)] if check.state in rules.MAY_TAKE else []
    said = [rules.reported(check, outcome) for outcome in SAID] if check.state in rules.MAY_REPORT else []
    silence = [rules.silent(check)] if rules.goes_on(check) else []
    return [*taken, *said, *silence]


def _explored() -> dict[Check, list[Check]]:
    ways: dict[Check, list[Check]] = {}
    waiting = [FIRST]
    while waiting:
        check = waiting.pop()
        if check not in ways:
            ways[check] = _followers(check)
            waiting += ways[check]
    return ways


def test_every_state_is_reached_and_the_check_is_at_no_more_steps_than_there_are_people_above() -> None:
    ways = _explored()

    assert {check.state for check in ways} == set(CheckState) - {CheckState.ENDED}
    assert max(check.number for check in ways) <= STEPS_MAX


def test_nothing_goes_back_a_step_and_nobody_above_is_forgotten() -> None:
    order = list(Rung)

    for check, followers in _explored().items():
        for after in followers:
            assert order.index(after.rung) >= order.index(check.rung)
            assert after.above >= check.above
            assert after.number in (check.number, check.number + 1)


def test_silence_alone_calls_goes_to_the_contact_and_to_the_door_and_tells_everybody_above() -> None:
    check, rungs = FIRST, [FIRST.rung]
    while rules.goes_on(check):
        check = rules.silent(check)
        rungs.append(check.rung)

    assert rungs == [Rung.CALL, Rung.CONTACT, Rung.DOOR, Rung.DOOR, Rung.DOOR, Rung.DOOR]
    assert (check.state, check.above) == (CheckState.UNANSWERED, len(ABOVE))


def test_who_was_not_reached_goes_to_the_next_step_and_at_the_door_needs_help() -> None:
    contact = rules.reported(FIRST, StepOutcome.NOT_REACHED)
    door = rules.reported(contact, StepOutcome.NOT_REACHED)
    after = rules.reported(door, StepOutcome.NOT_REACHED)

    assert [(check.rung, check.state) for check in (contact, door, after)] == [
        (Rung.CONTACT, CheckState.WAITING),
        (Rung.DOOR, CheckState.WAITING),
        (Rung.DOOR, CheckState.NEEDS_HELP),
    ]
    assert after.above == 1


def test_help_that_is_needed_goes_up_to_the_last_one_above_and_then_rests() -> None:
    check = rules.reported(FIRST, StepOutcome.NEEDS_HELP)
    for _ in range(len(ABOVE) - 1):
        check = rules.silent(check)

    assert (check.state, check.above, check.number) == (CheckState.NEEDS_HELP, len(ABOVE), 1)
    assert not rules.goes_on(check)


@pytest.mark.parametrize(("rung", "minutes"), [(Rung.CALL, 10), (Rung.CONTACT, 20), (Rung.DOOR, 45)])
def test_each_step_has_its_own_time(rung: Rung, minutes: int) -> None:
    assert rules.minutes_of(rung, POLICY) == minutes
    assert rules.MINUTES[rung] == minutes


def test_few_are_told_each_once_and_never_whom_it_is_about() -> None:
    people = [UUID(int=number) for number in range(9)]

    chosen = rules.few_of(people[:3], people, without=people[1])

    assert chosen == (people[0], people[2], *people[3:7])
