"""Many approved in one call: what one by one would give, in sets, and in one order of locks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from libs.contracts.events import orders as wire
from libs.db import Database
from services.orders.tests.harness import OrdersHarness, named
from tests.support.postgres import FreshDatabase

LOOKS = 400
CLEAN, FLAGGED = ("clean", "programme", "again"), ("attested", "signed")
LISTED = ("related", "attested", *CLEAN, "own", "signed", "settled", "elsewhere", "unfinished", "nobody's", "clean")
"""Everything that may stand in a list, and one of it twice."""
_NOTICE = {"notice": wire.NoticeWanted.DESCRIPTOR.full_name}  # Its own id follows from a command's.
_WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"""
_ROWS = {
    "orders": "SELECT to_jsonb(o) FROM orders o",
    "parts": "SELECT to_jsonb(a) FROM assignment a",
    "steps": "SELECT to_jsonb(s) FROM order_step s",
    "deadlines": "SELECT to_jsonb(d) FROM deadline d",
    "events": "SELECT to_jsonb(o) - '{pos,event_id,traceparent}'::text[] FROM outbox o WHERE event_type <> :notice",
}


def served(
    world: OrdersHarness, label: str, hour: int, *, recipient: str = "mei", by: str = "hua", code: bool = True
) -> None:
    """Have an hour served and confirmed; the volunteer shows the door's code, or the platform has only their word."""
    if world.order(label).get("state") is None:
        world.redeem(label, recipient=recipient, start=f"D2 {hour:02}:00")
    assert world.act(by, label, "assignment") == ""
    world.serve(label, by=by, start=f"D2 {hour:02}:00", end=f"D2 {hour:02}:59", code=code)
    assert world.act(recipient, label, "confirmation") == ""


def with_everything(world: OrdersHarness) -> OrdersHarness:
    """Have one order of everything that may stand in Wang's list of hours to be approved."""
    world.person("wang", roles=["volunteer", "coordinator@k1"])
    world.person("yun", roles=["recipient"])
    world.person("far", roles=["recipient"], unit="k2")
    world.relate("yun", "grandchild", "wang")
    world.place("coord", "programme", recipient="lan", start="D2 10:00")
    world.redeem("unfinished", recipient="mei", start="D3 09:00")
    served(world, "clean", 8, recipient="lan", by="min")
    served(world, "related", 9, recipient="yun")
    served(world, "programme", 10, recipient="lan", by="min")
    served(world, "own", 11, by="wang")
    served(world, "attested", 12, code=False)
    served(world, "signed", 13, recipient="lan", by="min", code=False)
    served(world, "elsewhere", 14, recipient="far")
    served(world, "settled", 15, recipient="lan", by="min")
    served(world, "again", 16)
    for label in ("signed", "settled"):
        assert world.act("coord_b", label, "approval") == ""
    return world


@pytest.fixture
def twins(fresh_database: FreshDatabase) -> Iterator[tuple[OrdersHarness, OrdersHarness]]:
    """Two worlds alike, to the id and the instant."""
    databases = [Database(fresh_database("orders").app) for _ in range(2)]
    one, other = (with_everything(OrdersHarness(database)) for database in databases)
    yield one, other
    for database in databases:
        database.dispose()


def rows_of(world: OrdersHarness) -> dict[str, list[str]]:
    """Return every row that signing may touch, and what was told, without the ids that follow from the command's."""
    with world.database.reading() as connection:
        return {
            name: sorted(map(str, connection.execute(sa.text(rows), _NOTICE if ":notice" in rows else {}).scalars()))
            for name, rows in _ROWS.items()
        }


def approve(world: OrdersHarness, by: str, *labels: str, key: str = "") -> list[str]:
    """Approve in one call; return for each "" or the code of why not."""
    body = {"orders": [str(named(label)) for label in labels]}
    rows = world.call("POST", by, "/v1/approvals", body, key=key).get_json()["items"]
    assert [row["order_id"] for row in rows] == body["orders"]
    assert {row["result"] == "approved" for row in rows if "code" not in row} <= {True}
    return [row.get("code", "") for row in rows]


def test_a_list_gives_what_its_orders_give_one_by_one(twins: tuple[OrdersHarness, OrdersHarness]) -> None:
    at_once, singly = twins
    assert rows_of(at_once) == rows_of(singly)

    codes = approve(at_once, "wang", *LISTED, key="list")

    # A call for one would be the first of two signatures of what is flagged; a list leaves that to be looked at.
    assert codes == [
        approve(singly, "wang", label)[0] if label in FLAGGED else singly.act("wang", label, "approval")
        for label in LISTED
    ]
    assert codes == [
        "approver_related",
        "submission_flagged",
        *("" for _ in CLEAN),
        "self_approval",
        "submission_flagged",
        "wrong_order_state",
        "out_of_scope",
        "wrong_order_state",
        "order_not_found",
        "maker_is_checker",
    ]
    after = rows_of(at_once)
    assert after == rows_of(singly)
    assert len(at_once.said(wire.HoursApproved)) == len(CLEAN) + 1
    assert approve(at_once, "wang", *LISTED, key="list") == codes  # The same command again: its answer, and no effect.
    assert rows_of(at_once) == after


def test_lists_that_overlap_wait_at_the_lowest_id_and_hold_nothing_above_it(world: OrdersHarness) -> None:
    labels = ("r1", "r2", "r3")
    for hour, label in enumerate(labels, start=9):
        served(world, label, hour, recipient="lan", by="min")
    lowest, *others = sorted(labels, key=named)
    answers: list[list[str]] = []

    def ask(by: str, *listed: str) -> None:
        answers.append(approve(world, by, *listed))

    with world.database.transaction() as holder:
        lock(holder, lowest)
        threads = [
            threading.Thread(target=ask, args=("coord", *reversed(others), lowest)),
            threading.Thread(target=ask, args=("coord_b", *others, lowest)),
        ]
        for thread in threads:
            thread.start()
        await_waiting(world, len(threads))
        with world.database.transaction() as connection:
            assert all(lock(connection, label) for label in others)
    for thread in threads:
        thread.join()

    assert sorted(answers) == [["", "", ""], ["wrong_order_state"] * 3]
    assert sorted(event.order_id for event in world.said(wire.HoursApproved)) == sorted(
        str(named(label)) for label in labels
    )


def lock(connection: Any, label: str) -> bool:
    """Lock an order where nobody has it; tell whether that was so."""
    query = "SELECT 1 FROM orders WHERE order_id = :order_id FOR UPDATE SKIP LOCKED"
    return connection.execute(sa.text(query), {"order_id": named(label)}).first() is not None


def await_waiting(world: OrdersHarness, count: int) -> None:
    """Wait until so many wait for locks of rows."""
    pause = threading.Event()
    with world.database.reading() as looking:
        for _ in range(LOOKS):
            if looking.scalar(sa.text(_WAITING)) == count:
                return
            pause.wait(0.01)
    raise AssertionError("they do not wait")
