"""The life cycle is explored: nothing is stuck, all ends, and what falls due by itself is done, by a rule of policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace

import pytest

from libs.programme.policy.parameters import Parameters
from services.orders.core.rules.deadlines import ASK, DEFAULTS, REFERRAL, Default
from services.orders.core.rules.life_cycle import CLOSED, TRANSITIONS, State, Transition, Verb
from services.orders.due import ACTS
from services.orders.untaken.rules import OUTCOMES, REFERRAL_MOVES, ReferralState
from services.orders.untaken.usecases.expire_order import ask_what_now
from services.orders.untaken.usecases.follow_referral import leave_outcome

Table = Mapping[Verb, Mapping[State, Transition]]
CLOCK = "the clock"
WAITS_FOR_NOBODY = {State.DRAFT, State.APPROVED}
"""A draft is saved nowhere; approved hours are the ledger's to settle, which answers as long as it is asked."""
NEVER_LEFT = CLOSED - {State.SETTLED}
"""What is over for good; only settled hours are disputed or reversed, and the referral of an expired order is noted."""


def moves(table: Table, state: State) -> Iterator[tuple[Verb, Transition]]:
    """Return what may be done in a state."""
    return ((verb, rows[state]) for verb, rows in table.items() if state in rows)


def reached(table: Table, start: State) -> frozenset[State]:
    """Return every state that can follow, the first included."""
    seen, waiting = {start}, [start]
    while waiting:
        after = {state for _, transition in moves(table, waiting.pop()) for state in transition.leads_to}
        waiting += after - seen
        seen |= after
    return frozenset(seen)


def problems(table: Table, defaults: Mapping[State, Default]) -> list[str]:
    """Return what is wrong with a life cycle, in words."""
    wrong = [f"{state} is never reached" for state in set(State) - reached(table, State.DRAFT)]
    for state in reached(table, State.DRAFT):
        leaving = [(verb, move) for verb, move in moves(table, state) if move.leads_to - {state}]
        if state in NEVER_LEFT:
            wrong += [f"{state} is left by {verb}" for verb, _ in leaving]
            continue
        if not leaving:
            wrong.append(f"{state} is dead")
        if not reached(table, state) & CLOSED:
            wrong.append(f"{state} never ends")
        if state not in defaults and state not in WAITS_FOR_NOBODY | CLOSED:
            wrong.append(f"{state} may wait for ever")
    return wrong + [
        f"{default.verb} does not lead out of {state} by the clock"
        for state, default in defaults.items()
        if not _leads_out(table.get(default.verb, {}).get(state), state)
    ]


def _leads_out(transition: Transition | None, state: State) -> bool:
    return transition is not None and bool(transition.leads_to - {state}) and CLOCK in transition.who


def test_the_life_cycle_has_no_dead_end() -> None:
    assert problems(TRANSITIONS, DEFAULTS) == []


@pytest.mark.parametrize("state", DEFAULTS)
def test_every_deadline_is_done_and_has_a_parameter(state: State) -> None:
    default = DEFAULTS[state]
    group, name = default.parameter.split(".")
    parameters = getattr(Parameters(), group)

    assert default.kind in ACTS
    assert is_dataclass(parameters)
    assert name in {field.name for field in fields(parameters)}
    assert getattr(parameters, name) > 0


def without(verb: Verb, state: State) -> Table:
    """Return the table without one row."""
    return {
        of: {at: move for at, move in rows.items() if (of, at) != (verb, state)} for of, rows in TRANSITIONS.items()
    }


NEVER_SIGNED = {state: default for state, default in DEFAULTS.items() if state is not State.CONFIRMED}
BACK_TO_TAKEN = replace(TRANSITIONS[Verb.EXPIRE][State.PUBLISHED], leads_to=frozenset({State.TAKEN}))


@pytest.mark.parametrize(
    ("table", "defaults", "problem"),
    [
        (without(Verb.SETTLE, State.APPROVED), DEFAULTS, "approved is dead"),
        (without(Verb.FALL_SILENT, State.FINISHED), DEFAULTS, "fall_silent does not lead out of finished by the clock"),
        (
            TRANSITIONS,
            {**DEFAULTS, State.TAKEN: DEFAULTS[State.PUBLISHED]},
            "expire does not lead out of taken by the clock",
        ),
        ({**TRANSITIONS, Verb.TAKE: {State.EXPIRED: BACK_TO_TAKEN}}, DEFAULTS, "expired is left by take"),
        (TRANSITIONS, NEVER_SIGNED, "confirmed may wait for ever"),
    ],
)
def test_a_hole_in_the_table_is_seen(table: Table, defaults: Mapping[State, Default], problem: str) -> None:
    assert problem in problems(table, defaults)


def test_a_referral_to_the_market_is_left_by_an_act_or_by_its_deadline() -> None:
    """Only what is over is left by nothing, and what nobody said may still be said."""
    over = set(ReferralState) - REFERRAL_MOVES.keys()

    assert over == {ReferralState.ORDERED, *OUTCOMES}
    assert ReferralState.UNKNOWN in REFERRAL_MOVES[ReferralState.OPEN]
    assert REFERRAL_MOVES[ReferralState.UNKNOWN] == set(OUTCOMES)
    assert (ACTS[REFERRAL], ACTS[ASK]) == (leave_outcome, ask_what_now)
    assert {CLOCK in TRANSITIONS[verb][state].who for verb, state in OF_THE_CLOCK} == {True}


OF_THE_CLOCK = ((Verb.LEAVE_OUTCOME, State.EXPIRED), (Verb.ASK_WHAT_NOW, State.PUBLISHED))
