"""A grant allows what it is about, as many minutes a month as it says, until its last day."""

from datetime import date, timedelta

import pytest

from libs.errors import Refusal
from libs.ids import new_id
from libs.programme.acting_grants import GrantedAct, GrantedScope, choose_grant, refuse_beyond_month
from libs.programme.refusals import (
    ConsentMissingError,
    GrantEndedError,
    GrantMinutesExceededError,
    GrantOutOfScopeError,
)

TODAY = date(2026, 3, 2)
YESTERDAY = TODAY - timedelta(days=1)


def a_grant(*acts: str, minutes: int | None = None, until: date | None = None) -> GrantedScope:
    return GrantedScope(new_id(), new_id(), frozenset(map(GrantedAct, acts)), minutes, until)


@pytest.mark.parametrize("until", [None, TODAY])
def test_a_grant_allows_what_it_is_about_to_the_end_of_its_last_day(until: date | None) -> None:
    granted = a_grant("ask", until=until)

    assert choose_grant([granted], GrantedAct.ASK, day=TODAY) is granted


@pytest.mark.parametrize(
    ("grants", "refusal"),
    [
        ([], ConsentMissingError),
        ([a_grant("ask", until=YESTERDAY)], GrantEndedError),
        ([a_grant("see", "confirm")], GrantOutOfScopeError),
        ([a_grant("ask", until=YESTERDAY), a_grant("see")], GrantOutOfScopeError),
    ],
)
def test_anything_else_is_refused_by_its_name(grants: list[GrantedScope], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        choose_grant(grants, GrantedAct.ASK, day=TODAY)


def test_of_several_grants_the_widest_counts() -> None:
    narrow, wide, endless = a_grant("ask", minutes=60), a_grant("ask", minutes=600), a_grant("ask")

    assert choose_grant([narrow, wide], GrantedAct.ASK, day=TODAY) is wide
    assert choose_grant([endless, narrow, wide], GrantedAct.ASK, day=TODAY) is endless


def test_the_minutes_of_a_month_are_never_passed() -> None:
    granted = a_grant("ask", minutes=120)

    refuse_beyond_month(granted, used_minutes=60, minutes=60)
    refuse_beyond_month(a_grant("ask"), used_minutes=10_000, minutes=10_000)
    with pytest.raises(GrantMinutesExceededError):
        refuse_beyond_month(granted, used_minutes=61, minutes=60)
