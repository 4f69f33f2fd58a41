"""A broker that is away: relay and consumer wait, say so, end in time when told to, and go on where they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.bus import Broker
from tests.events.own_servers import OwnServer, broker_in
from tests.events.world import World, until
from tests.support.postgres import FreshDatabase

EVENTS = 20
STOP_SECONDS_MAX = 10.0


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Broker, OwnServer]]:
    """Either broker, on a server of its own."""
    tmp_path.chmod(0o755)  # As root, PostgreSQL runs as another user.
    with broker_in(tmp_path, request.param) as made:
        yield made


def test_relay_and_consumer_end_in_time_while_the_broker_is_away_and_go_on_once_it_is_back(
    own: tuple[Broker, OwnServer], fresh_database: FreshDatabase
) -> None:
    broker, server = own
    services = fresh_database("sample").app, fresh_database("sample").app
    world = World(broker, *services, stop_seconds_max=STOP_SECONDS_MAX)
    with world.relaying(), world.consuming():
        world.commit(world.fact())
        world.settle()

    # Each block ends with the assertion that both loops ended in time (`tests.events.world.running`).
    with world.relaying() as relay, world.consuming():
        world.commit(world.fact())
        world.settle()
        server.kill()
        world.commit(*[world.fact() for _ in range(EVENTS)])
        assert until(lambda: relay.problem is not None)
        problem = relay.problem or ""
    with world.relaying() as relay, world.consuming():  # Both start while it is away.
        assert until(lambda: relay.problem is not None)
        kept = world.unpublished()

    server.revive()
    with world.relaying(), world.consuming():
        world.settle()
    world.close()

    assert problem.startswith("the broker does not take events, they wait in the outbox: ")
    assert kept == EVENTS
    assert [position for _, position in world.applied()] == list(range(1, EVENTS + 3))
