"""Attacks on the door code: guessing it, and reading it where it has no business to be."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from libs.db import Database
from services.orders.tests.harness import OrdersHarness, named, said
from tests.support.postgres import FreshDatabase

TRIES = 50
LOCKED_AFTER = 5


@pytest.fixture
def world(fresh_database: FreshDatabase) -> Iterator[OrdersHarness]:
    database = Database(fresh_database("orders").app, pool_max=12)
    yield OrdersHarness(database)
    database.dispose()


def at_the_door(world: OrdersHarness, label: str = "r1") -> str:
    """Return the code of an order that a volunteer may check in to now."""
    world.redeem(label, recipient="lan", start="D1 09:00")
    assert world.act("min", label, "assignment") == ""
    world.set_time("D1 09:00")
    return world.code(label)


def wrong(code: str, step: int = 1) -> str:
    return f"{(int(code) + step) % 1_000_000:06}"


def test_five_wrong_codes_lock_the_door_also_for_the_right_one(world: OrdersHarness) -> None:
    right = at_the_door(world)

    tried = [world.act("min", "r1", "check-in", {"code": wrong(right, n)}) for n in range(1, LOCKED_AFTER + 2)]

    assert tried == ["door_code_wrong"] * LOCKED_AFTER + ["door_code_locked"]
    assert world.act("min", "r1", "check-in", {"code": right}) == "door_code_locked"
    assert world.state("r1") == "taken"


def test_of_fifty_codes_tried_at_the_same_moment_five_are_looked_at(world: OrdersHarness) -> None:
    right = at_the_door(world)
    world.heard = 10**6
    together, answers = threading.Barrier(TRIES), []

    def guess(number: int) -> None:
        together.wait()
        answers.append(world.act("min", "r1", "check-in", {"code": wrong(right, number + 1)}))

    threads = [threading.Thread(target=guess, args=[number]) for number in range(TRIES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(answers) == {"door_code_wrong": LOCKED_AFTER, "door_code_locked": TRIES - LOCKED_AFTER}


def test_the_same_guess_sent_again_is_the_same_guess(world: OrdersHarness) -> None:
    right = at_the_door(world)

    again = [world.act("min", "r1", "check-in", {"code": wrong(right)}, key="k") for _ in range(8)]
    other = world.act("min", "r1", "check-in", {"code": right}, key="k")

    assert (set(again), other) == ({"door_code_wrong"}, "id_reused")
    assert world.act("min", "r1", "check-in", {"code": right}) == ""


def test_only_the_recipients_side_has_a_new_code_made_and_it_counts_from_none(world: OrdersHarness) -> None:
    right = at_the_door(world)
    for number in range(LOCKED_AFTER):
        world.act("min", "r1", "check-in", {"code": wrong(right, number + 1)})
    for_lan = {"acting_for": str(named("lan")), "consent": said()}

    refused = [world.act(who, "r1", "door-code") for who in ("min", "hua", "coord", "audit")]
    refused += [world.act(who, "r1", "door-code", for_lan) for who in ("min", "op_d2", "hua")]
    renewed = [world.act("lan", "r1", "door-code"), world.act("op", "r1", "door-code", for_lan)]
    fresh = world.code("r1")

    assert refused == ["not_authorised"] * 5 + ["out_of_scope", "not_authorised"]
    assert renewed == ["", ""]
    assert world.act("min", "r1", "check-in", {"code": wrong(fresh)}) == "door_code_wrong"
    assert world.act("min", "r1", "check-in", {"code": fresh}) == ""
    assert world.act("lan", "r1", "door-code") == ""
    world.set_time("D1 10:00")
    world.act("min", "r1", "check-out")
    assert world.act("lan", "r1", "door-code") == "wrong_order_state"


def test_a_wrong_code_leaves_nothing_but_its_count(world: OrdersHarness) -> None:
    right = at_the_door(world)
    for_min = {"acting_for": str(named("min")), "consent": said(), "why": "called"}
    before = len(world.said())

    assert world.act("coord", "r1", "check-in", {"code": wrong(right)} | for_min) == "door_code_wrong"

    assert len(world.said()) == before
    steps = world.call("GET", "cadmin", f"/v1/orders/{named('r1')}/evidence").get_json()["steps"]
    assert "check_in" not in [step["verb"] for step in steps]


def test_who_is_at_work_learns_nothing_by_checking_in_again(world: OrdersHarness) -> None:
    right = at_the_door(world)
    world.act("min", "r1", "check-in")

    tried = {world.act("min", "r1", "check-in", {"code": code}) for code in (right, wrong(right))}

    assert tried == {"wrong_order_state"}


def test_no_table_and_no_event_holds_a_code_that_was_made_or_said(world: OrdersHarness) -> None:
    first = at_the_door(world)
    codes = {first, wrong(first), wrong(first, 2)}
    for code in sorted(codes - {first}):
        world.act("min", "r1", "check-in", {"code": code})
    world.act("lan", "r1", "door-code")
    codes.add(second := world.code("r1"))
    world.act("min", "r1", "check-in", {"code": second})

    with world.database.reading() as connection:
        tables = connection.execute(
            sa.text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).scalars()
        kept = "".join(str(connection.execute(sa.text(f'SELECT t::text FROM "{name}" t')).all()) for name in tables)
    sent = b"".join(message.SerializeToString() for message in world.said())

    assert not [code for code in codes if code in kept or code.encode() in sent or code.encode().hex() in kept]


def test_a_kept_command_cannot_be_searched_for_the_code_that_was_said(world: OrdersHarness) -> None:
    from libs.http.commands import _fingerprint

    right = at_the_door(world)
    world.act("min", "r1", "check-in", {"code": right}, key="k")
    with world.database.reading() as connection:
        found = connection.execute(
            sa.text("SELECT fingerprint FROM command WHERE command_id = :id"), {"id": named("k")}
        ).scalar_one()
    terms = {"acting_for": None, "code": right, "consent": None, "device": None, "place": None, "why": None}

    with world.app.test_request_context(f"/v1/orders/{named('r1')}/check-in", method="POST"):
        assert bytes(found) != _fingerprint(terms)
