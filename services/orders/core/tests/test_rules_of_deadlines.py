"""When things fall due, and how windows count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.orders.core.rules.deadlines import deadlines_of, expires_at, is_late_cancellation, no_taker_at
from services.orders.core.rules.life_cycle import CLOSED, State
from services.orders.core.rules.publication import Publication
from services.orders.tests.cases import order, part, policy
from services.orders.tests.harness import at


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
    assert expires_at(policy(), published_at=times["published_at"], start_at=times["start_at"]) == at(expires)


@pytest.mark.parametrize(
    ("state", "kind", "due"),
    [
        (State.UNDER_REVIEW, "review", "D3 08:00"),
        (State.AWAITING_FUNDING, "funding", "D4 08:00"),
        (State.PUBLISHED, "expire", "D2 09:00"),
        (State.TAKEN, "begin", "D5 10:00"),
        (State.IN_SERVICE, "auto_check_out", "D2 11:00"),
        (State.FINISHED, "silence", "D5 10:00"),
        (State.CONFIRMED, "signature", "D33 08:00"),
        (State.DISPUTED, "decision", "D18 08:00"),
    ],
)
def test_what_falls_due_depends_on_the_state(state: State, kind: str, due: str) -> None:
    waiting = order(state=state, publication=ASKED, assignments=(part(),))

    assert deadlines_of(policy(), waiting, now=at("D3 08:00")) == {kind: at(due)}


ASKED = Publication(at("D1 08:00"), asked_at=at("D1 20:30"))


@pytest.mark.parametrize(
    ("publication", "due"),
    [
        (Publication(at("D1 08:00")), {"expire": "D2 09:00", "ask": "D1 21:00"}),
        (Publication(at("D2 07:00")), {"expire": "D2 09:00", "ask": "D2 08:00"}),
        (ASKED, {"expire": "D2 09:00"}),
        (replace(ASKED, wait_until=at("D2 08:30")), {"expire": "D2 08:30"}),
    ],
)
def test_whose_help_nobody_takes_is_asked_once_before_it_expires(publication: Publication, due: dict[str, str]) -> None:
    waiting = order(state=State.PUBLISHED, publication=publication)

    assert deadlines_of(policy(), waiting, now=at("D2 08:00")) == {kind: at(when) for kind, when in due.items()}


@pytest.mark.parametrize("state", sorted(CLOSED | {State.APPROVED}))
def test_nothing_falls_due_for_the_others(state: State) -> None:
    assert deadlines_of(policy(), order(state=state, assignments=(part(),)), now=at("D3 08:00")) == {}


def test_withdrawing_is_late_only_inside_the_free_limit() -> None:
    start = at("D2 09:00")

    assert not is_late_cancellation(policy(), start_at=start, now=at("D1 21:00"))
    assert is_late_cancellation(policy(), start_at=start, now=at("D1 21:01"))
