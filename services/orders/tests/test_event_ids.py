"""What is tried again because nothing of it was kept tells the same events, not others."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from libs.contracts.events import accounts
from libs.ids import new_id
from services.orders.bootstrap import run_due
from services.orders.tests.harness import OrdersHarness, at, named, said
from tests.support.losing_database import LosingDatabase, LostError, losing

_IDS = "SELECT event_id FROM outbox WHERE topic = 'timebank.orders.v1' ORDER BY stream, pos"


def told(world: OrdersHarness) -> list[UUID]:
    """Return the ids of all that orders told, in order."""
    with world.database.reading() as connection:
        return list(connection.execute(sa.text(_IDS)).scalars())


def again(world: OrdersHarness, method: str, by: str, path: str, body: dict[str, Any], kinds: int) -> None:
    """Ask once for nothing and once more; both tell the same `kinds` events."""
    key, before = str(new_id()), len(told(world))
    with losing(world.app) as lost:
        assert world.call(method, by, path, body, key=key).status_code == 500
    assert world.call(method, by, path, body, key=key).status_code < 300
    assert lost.event_ids == told(world)[before : before + kinds]
    assert len(lost.event_ids) == kinds


def test_a_command_that_was_not_kept_tells_the_same_events_again(world: OrdersHarness) -> None:
    order = f"/v1/orders/{named('o1')}"
    ask = {"recipient_id": str(named("lan")), "service": "B1", "minutes": 60, "start": at("D1 09:00").isoformat()}
    for_her = {"acting_for": str(named("lan")), "consent": said()}

    again(world, "PUT", "op", order, ask | for_her | {"funding": "programme"}, 3)  # Asked for, published, done for her.
    again(world, "POST", "min", f"{order}/assignment", {}, 2)  # Taken, and the recipient is told.
    world.set_time("D1 09:00")
    again(world, "POST", "min", f"{order}/check-in", {"code": world.code("o1")}, 1)
    world.set_time("D1 10:01")
    again(world, "POST", "min", f"{order}/check-out", {}, 2)  # Over, and the recipient is asked.
    world.act("lan", "o1", "confirmation")
    again(world, "POST", "coord", f"{order}/approval", {}, 1)
    emergency = {"person_id": str(named("lan"))}
    again(world, "PUT", "lan", f"/v1/incidents/{named('i1')}", emergency, 2)  # Opened, and nobody is on duty.
    visit = {"person_id": str(named("mei")), "how": "door", "outcome": "seen"}
    again(world, "PUT", "coord", f"/v1/visits/{named('v1')}", visit, 1)


@pytest.fixture
def open_orders(world: OrdersHarness) -> OrdersHarness:
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    world.place("coord", "o2", recipient="lan", start="D3 09:00")
    return world


def test_an_event_that_is_delivered_again_tells_the_same_events(open_orders: OrdersHarness) -> None:
    died = accounts.PersonDied(person_id=str(named("lan")))
    event = open_orders._event(died.DESCRIPTOR.full_name, died.person_id, died.SerializeToString())
    lost = LosingDatabase(open_orders.database)
    before = len(told(open_orders))

    for database in (lost, open_orders.database):
        with contextlib.suppress(LostError), database.transaction() as connection:
            open_orders.consumers.functions[event.event_type](connection, event)

    assert len(lost.event_ids) == 2
    assert lost.event_ids == told(open_orders)[before:]


def test_what_falls_due_again_tells_the_same_events_one_for_each_volunteer(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00", persons=2)
    for volunteer in ("min", "hua"):
        assert world.act(volunteer, "r1", "assignment") == ""
    world.set_time("D2 09:00")
    for volunteer in ("min", "hua"):
        assert world.act(volunteer, "r1", "check-in", {"code": world.code("r1")}) == ""
    lost = LosingDatabase(world.database)
    before = len(told(world))

    for database in (lost, world.database):
        with contextlib.suppress(LostError), database.transaction() as connection:
            run_due(connection, at("D2 23:00"))

    assert len(set(lost.event_ids)) == 3  # And the recipient is asked.
    assert lost.event_ids == told(world)[before:]


def test_no_two_commands_tell_one_event(open_orders: OrdersHarness) -> None:
    for order in ("o1", "o2"):
        open_orders.act("min", order, "assignment")
        open_orders.act("min", order, "withdrawal")
    open_orders.act("min", "o1", "assignment")

    assert len(set(told(open_orders))) == len(told(open_orders))
