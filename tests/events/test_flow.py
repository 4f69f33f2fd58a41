"""From a commit in one service to the effect in another, on both brokers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus import OutgoingRecord, Record, Subscription
from libs.inbox import Consumers, IncomingEvent, has_caught_up
from libs.inbox.parking import Parking
from libs.inbox.retry import dead_letter_topic
from libs.outbox.cursor import rewind
from libs.outbox.envelope import pack
from libs.outbox.source import OutboxSource, Stream
from tests.events.world import World, keep_state, note, note_all, until


def test_every_committed_event_is_applied_once_in_order(world: World) -> None:
    with world.relaying(), world.consuming():
        for number in range(40):
            world.commit(world.fact("north"), world.fact("south", subject=f"s{number}"))
        world.settle()

    for stream in ("north", "south"):
        assert [position for name, position in world.applied() if name == stream] == list(range(1, 41))


def test_a_batch_function_gets_runs_of_events_at_once(world: World) -> None:
    sizes = []

    def note_run(connection: Connection, events: Sequence[IncomingEvent]) -> None:
        sizes.append(len(events))
        note_all(connection, events)

    world.commit(*[world.fact() for _ in range(300)])
    batched = Consumers([world.facts], {}, {"sample.v1.Happened": note_run})
    with world.relaying(), world.consuming(batched):
        assert until(lambda: len(world.applied()) == 300)

    assert [position for _, position in world.applied()] == list(range(1, 301))
    assert max(sizes) > 1


def test_states_that_an_earlier_release_kept_with_less_are_read_again_until_nothing_lacks(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(world.state("a", 1, b"x"), world.state("b", 1, b"y"), world.state("gone", 1, b"z"), world.fact())
        world.commit(world.state("a", 2, b"xx"), world.state("gone", 2, None))
        world.settle()
    with world.hearer.transaction() as connection:
        connection.execute(sqlalchemy.text("UPDATE known SET value = ''"))

    def lacking(connection: Connection) -> Mapping[str, str]:
        lacks = connection.scalar(sqlalchemy.text("SELECT 1 FROM known WHERE value = '' LIMIT 1"))
        return {"sample.v1.State": world.states} if lacks else {}

    later = dataclasses.replace(world.consumers(), lacking=lacking)
    with world.consuming(later, member="later"):
        assert until(lambda: world.known() == {"a": b"xx", "b": b"y"})
    with world.hearer.reading() as connection:
        assert lacking(connection) == {}
    assert world.applied() == [("north", 1)]


def test_events_delivered_twice_have_one_effect(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(*[world.fact() for _ in range(10)])
        world.settle()
        send_again(world, range(1, 11))
        world.commit(world.fact())
        world.settle()

    assert [position for _, position in world.applied()] == list(range(1, 12))


def test_a_relay_that_is_rewound_sends_again_and_nothing_happens_twice(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(*[world.fact() for _ in range(10)])
        world.settle()
        with world.publisher.transaction() as connection:
            rewind(connection, "sample", Stream(world.facts, "north"), 3)
        assert until(lambda: sum(world.broker.end_offsets([world.facts]).values()) >= 17)
        world.commit(world.fact())
        world.settle()

    assert [position for _, position in world.applied()] == list(range(1, 12))


def test_a_gap_stops_the_stream_until_what_is_missing_comes(world: World) -> None:
    world.commit(*[world.fact("north") for _ in range(6)])
    world.commit(*[world.fact("south") for _ in range(3)])
    send_again(world, [1, 2, 4, 5])

    with world.consuming():
        assert until(lambda: stopped(world) == 1)
        before = world.applied()
        with world.relaying():
            world.settle()

    assert before == [("north", 1), ("north", 2)]
    assert [position for name, position in world.applied() if name == "north"] == list(range(1, 7))
    assert [position for name, position in world.applied() if name == "south"] == list(range(1, 4))
    assert stopped(world) == 0


def test_a_late_missing_event_alone_sets_the_stream_going_again(world: World) -> None:
    world.commit(*[world.fact("north") for _ in range(6)])
    send_again(world, [1, 2, 4, 5, 6])

    with world.consuming():
        assert until(lambda: stopped(world) == 1)
        send_again(world, [3])
        assert until(lambda: len(world.applied()) == 6)

    assert [position for _, position in world.applied()] == list(range(1, 7))


def test_a_permanent_failure_parks_its_subject_and_the_rest_flows(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(world.fact(subject="bad", kind="Poison"))
        world.commit(world.fact(subject="good"), world.fact(subject="bad"), world.fact(subject="good"))
        world.settle()
        dead = dead_letter_topic(world.facts, world.group)
        assert until(lambda: sum(world.broker.end_offsets([dead]).values()) == 1)

    assert world.applied() == [("north", 2), ("north", 4)]
    assert world.parked() == [("bad", "dead"), ("bad", "queued")]


def test_a_dead_letter_has_the_bytes_of_a_fact_and_the_reason(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(world.fact(subject="bad", kind="Poison", payload=b"\x00bytes"))
        dead = dead_letter_topic(world.facts, world.group)
        assert until(lambda: parked_and_announced(world) == 1)
    subscription = world.broker.subscribe(f"look-{world.name}", [dead], member=f"look-{world.name}", session_seconds=3)
    (letter,) = read_one(subscription)

    assert letter.value == b"\x00bytes"
    assert letter.headers["dead-reason"].startswith("ValueError in explode, ")
    assert letter.headers["dead-topic"] == world.facts
    assert letter.headers["ce_type"] == "sample.v1.Poison"


def test_a_dead_letter_tells_nothing_of_a_state_that_cannot_be_read(world: World) -> None:
    with world.relaying(), world.consuming(unable_to_read_states(world)):
        world.commit(world.state("p1", 1, b"born 1950-01-01"))
        dead = dead_letter_topic(world.states, world.group)
        assert until(lambda: parked_and_announced(world) == 1)
    subscription = world.broker.subscribe(f"look-{world.name}", [dead], member=f"look-{world.name}", session_seconds=3)
    (letter,) = read_one(subscription)

    assert not letter.value
    assert letter.headers["dead-sha256"] == sha256(b"born 1950-01-01").hexdigest()
    assert letter.headers["dead-reason"].startswith("ValueError in refuse, ")
    assert "1950" not in str(letter.headers)


def test_an_event_that_names_something_unknown_waits_with_those_behind_it(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(world.fact(subject="p1", kind="NeedsKnown"), world.fact(subject="p1"), world.fact(subject="p2"))
        world.settle()
        before = (world.applied(), world.parked())
        world.commit(world.state("p1", 1, b"known now"))
        assert until(lambda: len(world.applied()) == 3)

    assert before == ([("north", 3)], [("p1", "waiting"), ("p1", "queued")])
    assert world.applied() == [("north", 3), ("north", 1), ("north", 2)]
    assert world.parked() == []


def test_states_apply_only_when_newer_and_a_tombstone_deletes(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(world.state("p1", 1, b"one"), world.state("p2", 1, b"two"))
        world.commit(world.state("p1", 3, b"three"))
        world.commit(world.state("p1", 2, b"old"), world.state("p2", 2, None))
        world.settle()

    assert world.known() == {"p1": b"three"}


def test_an_empty_database_is_rebuilt_from_the_topics_though_the_group_has_committed(world: World) -> None:
    with world.relaying(), world.consuming():
        world.commit(*[world.state(f"p{n}", 1, b"v") for n in range(20)], *[world.fact() for _ in range(20)])
        world.settle()
    with world.hearer.transaction() as connection:
        for table in ("applied", "known", "inbox_position", "inbox_offset", "inbox_version", "inbox_group"):
            connection.execute(sqlalchemy.text(f"DELETE FROM {table}"))

    with world.consuming() as consumer:
        assert until(lambda: consumer.is_caught_up)

    assert len(world.known()) == 20
    assert len(world.applied()) == 20
    with world.hearer.reading() as connection:
        assert has_caught_up(connection, world.group)


def test_a_group_far_behind_is_not_caught_up_before_it_has_read_everything(world: World) -> None:
    world.commit(*[world.fact() for _ in range(1500)])
    with world.relaying():
        assert until(lambda: world.unpublished() == 0)

    seen_when_caught_up = []
    with world.consuming() as consumer:
        assert until(lambda: consumer.is_caught_up)
        seen_when_caught_up.append(len(world.applied()))

    assert seen_when_caught_up == [1500]


def test_an_unreadable_record_is_kept_and_the_rest_flows(world: World) -> None:
    publisher = world.broker.publisher("stranger")
    publisher.publish([OutgoingRecord(world.facts, "north", b"garbage", [("content-type", "text/plain")])])
    publisher.close()

    with world.relaying(), world.consuming():
        world.commit(world.fact())
        world.settle()
        assert until(lambda: len(world.parked()) == 1)

    assert world.applied() == [("north", 1)]
    assert world.parked()[0][1] == "dead"


def test_two_members_share_the_work_and_nothing_is_applied_twice(world: World) -> None:
    streams = [f"stream-{n}" for n in range(12)]
    with world.relaying(), world.consuming(), world.consuming(member="m2"):
        for _ in range(20):
            world.commit(*[world.fact(stream) for stream in streams])
        world.settle()

    for stream in streams:
        assert [position for name, position in world.applied() if name == stream] == list(range(1, 21))


def test_an_unheard_type_moves_the_position_and_does_nothing(world: World) -> None:
    with world.relaying(), world.consuming(Consumers([world.facts, world.states], {"sample.v1.Happened": note})):
        world.commit(world.fact(kind="Unheard"), world.fact())
        world.settle()

    assert world.applied() == [("north", 2)]


def send_again(world: World, positions: Iterable[int]) -> None:
    """Publish some stored events past the relay."""
    wanted = set(positions)
    with world.publisher.reading() as connection:
        stored = OutboxSource().read(connection, Stream(world.facts, "north"), after=0, limit=1000)
    publisher = world.broker.publisher("again")
    publisher.publish([pack(event, 1) for event in stored if event.position in wanted])
    publisher.close()


def stopped(world: World) -> int:
    """Return how many streams are stopped."""
    with world.hearer.reading() as connection:
        count = connection.scalar(
            sqlalchemy.text("SELECT count(*) FROM inbox_position WHERE stopped_at_offset IS NOT NULL")
        )
    return int(count or 0)


def unable_to_read_states(world: World) -> Consumers:
    """Return consumers whose error quotes what it met."""

    def refuse(_connection: Connection, event: IncomingEvent) -> None:
        raise ValueError(f"cannot read {event.payload!r}")

    consumers = world.consumers()
    (kind,) = (name for name, function in consumers.functions.items() if function is keep_state)
    return Consumers(consumers.topics, dict(consumers.functions) | {kind: refuse})


def parked_and_announced(world: World) -> int:
    """Return how many dead events are on the dead-letter topic."""
    with world.hearer.reading() as connection:
        assert Parking(connection, world.group).counts().get("dead", 0) <= 1
        count = connection.scalar(sqlalchemy.text("SELECT count(*) FROM inbox_parked WHERE announced"))
    return int(count or 0)


def read_one(subscription: Subscription) -> list[Record]:
    """Poll until a record has come."""
    records: list[Record] = []

    def has_come() -> bool:
        records.extend(subscription.poll(records_max=10, timeout_seconds=0.2))
        return bool(records)

    assert until(has_come)
    subscription.close()
    return records
