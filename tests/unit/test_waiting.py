"""`Prefer: wait` ends when the decision is known, or when it was waited for long enough."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from uuid import UUID

import pytest
from flask import Flask

from libs.http.waiting import WAIT_MAX_SECONDS, WAITERS_MAX, Waiters, wait_asked
from libs.ids import new_id


class Decisions:
    """Rows that are decided when a test says so."""

    def __init__(self) -> None:
        self.rows: dict[UUID, dict[str, object]] = {}
        self.fails = False

    def decided(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, object]]:
        """Return those of the ids that are decided."""
        if self.fails:
            self.fails = False
            raise OSError("the database is away")
        return {identity: self.rows[identity] for identity in ids if identity in self.rows}


@pytest.mark.parametrize(
    ("preference", "seconds"),
    [
        ("", 0),
        ("wait=5", 5),
        ("respond-async, wait=3", 3),
        ("wait=999", WAIT_MAX_SECONDS),
        ("await=5", 0),
        ("wait=-1", 0),
    ],
)
def test_the_preference_is_read_and_bounded(preference: str, seconds: int) -> None:
    with Flask("desk").test_request_context(headers={"Prefer": preference}):
        assert wait_asked() == seconds


def test_a_waiter_gets_the_decision_made_while_it_waits() -> None:
    decisions, identity = Decisions(), new_id()
    waiters = Waiters(decisions.decided)
    threading.Timer(0.05, decisions.rows.__setitem__, (identity, {"state": "held"})).start()

    assert waiters.wait(identity, seconds=10) == {"state": "held"}


def test_a_poll_that_fails_does_not_end_the_wait() -> None:
    decisions, identity = Decisions(), new_id()
    decisions.rows[identity] = {"state": "held"}
    decisions.fails = True

    assert Waiters(decisions.decided).wait(identity, seconds=10) == {"state": "held"}


def test_an_undecided_one_is_answered_with_nothing() -> None:
    assert Waiters(Decisions().decided).wait(new_id(), seconds=1) is None
    assert Waiters(Decisions().decided).wait(new_id(), seconds=0) is None


def test_above_the_bound_nobody_waits() -> None:
    decisions, last = Decisions(), new_id()
    waiters = Waiters(decisions.decided)
    ids = [new_id() for _ in range(WAITERS_MAX)]
    threads = [threading.Thread(target=waiters.wait, args=(identity,), kwargs={"seconds": 10}) for identity in ids]
    for thread in threads:
        thread.start()
    while sum(map(len, waiters._futures.values())) < WAITERS_MAX:
        threads[0].join(0.01)

    answer = Waiters(decisions.decided).wait(last, seconds=10)  # Of another service: the threads are the same.

    assert answer is None
    decisions.rows.update({identity: {} for identity in ids})
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
