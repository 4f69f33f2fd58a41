"""An operator can see, mend and repeat what was set aside, and it is written down."""

from __future__ import annotations

import pytest
import sqlalchemy
from sqlalchemy.engine import Connection

from libs.inbox import IncomingEvent, operate
from libs.inbox.replay import replay_topics
from libs.outbox import OutboxSource
from libs.outbox.operate import NothingToRepublishError, republish
from tests.events.world import World, note, until
from tests.support.postgres import FreshDatabase

PETRA = {"operator": "petra", "reason": "the sender was mended"}


def put_aside(world: World) -> int:
    """Let one subject be parked by a poisonous event, with one behind it; return its number."""
    world.commit(world.fact(subject="bad", kind="Poison", payload=b"bad bytes"), world.fact(subject="bad"))
    world.settle()
    with world.hearer.reading() as connection:
        (listed,) = operate.list_parked(connection)
    assert (listed.subject, listed.state, listed.events) == ("bad", "dead", 2)
    return listed.number


def test_a_mended_event_is_applied_and_those_behind_it_after_it(world: World) -> None:
    consumers = world.consumers()
    functions = dict(consumers.functions)

    def note_good(connection: Connection, event: IncomingEvent) -> None:
        if event.payload == b"bad bytes":
            raise ValueError("undecodable")
        note(connection, event)

    functions["sample.v1.Poison"] = note_good
    with world.relaying(), world.consuming(type(consumers)(consumers.topics, functions)):
        number = put_aside(world)
        with world.hearer.transaction() as connection:
            shown = operate.show(connection, number)
            operate.mend(connection, number, payload=b"good bytes", **PETRA)
        assert until(lambda: world.parked() == [])

    assert shown.event.payload == b"bad bytes"
    assert shown.reason.startswith("ValueError in note_good, ")
    assert world.applied() == [("north", 1), ("north", 2)]
    assert acts(world) == [("petra", "mended", "bad", "the sender was mended")]


def test_a_replayed_event_that_fails_again_is_dead_again(world: World) -> None:
    with world.relaying(), world.consuming():
        number = put_aside(world)
        with world.hearer.transaction() as connection:
            operate.replay(connection, number, **PETRA)
        assert until(lambda: world.parked() == [("bad", "dead"), ("bad", "queued")])

    assert world.applied() == []
    assert acts(world)[0][1] == "replayed"


def test_an_event_passed_over_lets_those_behind_it_go_on(world: World) -> None:
    with world.relaying(), world.consuming():
        number = put_aside(world)
        with world.hearer.transaction() as connection:
            operate.pass_over(connection, number, **PETRA)
        assert until(lambda: world.parked() == [])

    assert world.applied() == [("north", 2)]
    with pytest.raises(operate.NoSuchEventError), world.hearer.transaction() as connection:
        operate.show(connection, number)


def test_a_position_moved_back_repeats_the_stream_and_no_other(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(*[world.fact("north") for _ in range(5)], *[world.fact("south") for _ in range(5)])
        world.settle()
        with world.hearer.transaction() as connection:
            operate.move_position(connection, group=world.group, topic=world.facts, stream="north", position=2, **PETRA)
        assert until(lambda: len(world.applied()) == 13)

    north = [position for stream, position in world.applied() if stream == "north"]
    assert north == [1, 2, 3, 4, 5, 3, 4, 5]


def test_a_position_moved_forward_gives_up_what_is_missing(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(*[world.fact("north") for _ in range(3)])
        world.settle()
        with world.hearer.transaction() as connection:
            operate.move_position(connection, group=world.group, topic=world.facts, stream="north", position=4, **PETRA)
        world.commit(world.fact("north"), world.fact("north"))
        world.settle()

    assert world.applied()[-1] == ("north", 5)
    assert len(world.applied()) == 4


def test_republishing_sends_what_is_kept_and_refuses_what_is_not(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(*[world.fact() for _ in range(6)])
        world.settle()
        with world.publisher.transaction() as connection:
            count = republish(
                connection, [OutboxSource()], relay="sample", topic=world.facts, stream="north", from_position=3
            )
        assert until(lambda: sum(world.broker.end_offsets([world.facts]).values()) >= 10)
        with pytest.raises(NothingToRepublishError), world.publisher.transaction() as connection:
            republish(connection, [OutboxSource()], relay="sample", topic=world.facts, stream="east", from_position=1)
        world.settle()

    assert count == 4
    assert len(world.applied()) == 6


def test_topics_are_replayed_into_a_fresh_projection(world: World, fresh_database: FreshDatabase) -> None:
    with world.relaying(), world.consuming():
        world.commit(*[world.state(f"p{n}", 1, b"v") for n in range(5)], *[world.fact() for _ in range(30)])
        world.settle()
    before = (world.applied(), world.known())

    fresh = type(world.hearer)(fresh_database("sample").app)
    replay_topics(fresh, world.broker, world.consumers(), group=world.group, timeout_seconds=20)
    world.hearer.dispose()
    world.hearer = fresh

    assert (world.applied(), world.known()) == before


def acts(world: World) -> list[tuple[str, str, str, str]]:
    """Return what operators did."""
    with world.hearer.reading() as connection:
        rows = connection.execute(
            sqlalchemy.text("SELECT operator, act, subject, reason FROM inbox_act ORDER BY number")
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]
