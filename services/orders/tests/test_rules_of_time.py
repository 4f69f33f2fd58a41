"""When things fall due, and how ages, pauses and windows count."""

from __future__ import annotations

from datetime import date

import pytest

from services.orders.core.refusals import WrongOrderStateError
from services.orders.core.rules.deadlines import deadlines_of, expires_at, is_late_cancellation, no_taker_at
from services.orders.core.rules.life_cycle import CLOSED, OPEN, TRANSITIONS, State, Verb, refuse_unless_allowed
from services.orders.core.rules.order import Publication
from services.orders.core.rules.people import Place
from services.orders.service_time.rules import stars_of
from services.orders.tests.cases import HOME, order, part, person, policy
from services.orders.tests.neighbours import at
from services.orders.visits.rules import counts_monthly, interval_days, is_overdue, rate_percent


@pytest.mark.parametrize(
    ("published", "start", "look_at", "expires"),
    [
        ("D1 08:00", "D1 14:00", "D1 11:00", "D1 14:00"),
        ("D1 08:00", "D3 20:00", "D2 08:00", "D3 08:00"),
        ("D1 08:00", "D5 10:00", "D2 08:00", "D4 10:00"),
        ("D1 08:00", "D8 09:00", "D2 08:00", "D7 09:00"),
        ("D4 10:05", "D5 10:00", "D4 22:02", "D5 10:00"),
        ("D2 10:00", "D2 09:00", "D2 10:00", "D2 10:00"),
    ],
)
def test_the_deadlines_of_an_order_nobody_takes(published: str, start: str, look_at: str, expires: str) -> None:
    times = {"published_at": at(published), "start_at": at(start)}

    assert no_taker_at(policy(), **times) == at(look_at)
    assert expires_at(policy(), **times) == at(expires)


@pytest.mark.parametrize(
    ("state", "kind", "due"),
    [
        (State.PUBLISHED, "expire", "D2 09:00"),
        (State.IN_SERVICE, "auto_check_out", "D2 11:00"),
        (State.FINISHED, "silence", "D5 10:00"),
    ],
)
def test_what_falls_due_depends_on_the_state(state: State, kind: str, due: str) -> None:
    waiting = order(state=state, publication=Publication(at("D1 08:00")), assignments=(part(),))

    assert deadlines_of(policy(), waiting) == {kind: at(due)}


@pytest.mark.parametrize("state", sorted(CLOSED | {State.TAKEN, State.CONFIRMED, State.APPROVED}))
def test_nothing_falls_due_for_the_others(state: State) -> None:
    assert deadlines_of(policy(), order(state=state, assignments=(part(),))) == {}


def test_withdrawing_is_late_only_inside_the_free_limit() -> None:
    start = at("D2 09:00")

    assert not is_late_cancellation(policy(), start_at=start, now=at("D1 21:00"))
    assert is_late_cancellation(policy(), start_at=start, now=at("D1 21:01"))


def test_an_age_is_reached_on_the_birthday() -> None:
    born = person("p", born=date(1955, 3, 2))

    assert [born.age_on(date(2026, 3, day)) for day in (1, 2)] == [70, 71]


def test_who_is_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    born = person("p", born=date(2008, 2, 29))

    assert [born.age_on(date(2026, *day)) for day in ((2, 28), (3, 1))] == [17, 18]


def test_distances_follow_the_great_circle() -> None:
    north = Place(31_240_000, 121_470_000)

    assert HOME.metres_to(HOME) == 0
    assert 1110 <= HOME.metres_to(north) <= 1115


@pytest.mark.parametrize(("minutes", "stars"), [(5999, 0), (6000, 1), (59_999, 3), (60_000, 4), (90_000, 5)])
def test_stars_are_reached_at_their_hours(minutes: int, stars: int) -> None:
    assert stars_of(policy(), minutes) == stars


def test_a_visit_is_overdue_the_day_after_the_interval() -> None:
    days = [date(2026, 3, 16), date(2026, 3, 17)]

    late = [is_overdue(listed_on=date(2026, 3, 1), seen_on=(date(2026, 3, 9),), days=7, today=day) for day in days]

    assert late == [False, True]


def test_the_monthly_rate_counts_intervals_of_a_month_and_rounds_down() -> None:
    days = [interval_days(policy(), risk) for risk in ("high", "key", "general")]

    assert days == [7, 30, 90]
    assert [counts_monthly(interval) for interval in days] == [True, True, False]
    assert (rate_percent(listed=3, visited=2), rate_percent(listed=0, visited=0)) == (66, 0)


def test_a_verb_outside_the_table_is_refused() -> None:
    with pytest.raises(WrongOrderStateError):
        refuse_unless_allowed(Verb.CHECK_IN, State.PUBLISHED)


def test_a_closed_order_never_opens_again_but_by_dispute() -> None:
    reopening = {
        (verb, state)
        for verb, rows in TRANSITIONS.items()
        for state, transition in rows.items()
        if state in CLOSED and transition.leads_to & OPEN
    }

    assert reopening == {(Verb.DISPUTE, State.SETTLED)}


def test_every_state_but_the_draft_is_reached() -> None:
    reached = {state for rows in TRANSITIONS.values() for transition in rows.values() for state in transition.leads_to}

    assert set(State) - reached == {State.DRAFT}
