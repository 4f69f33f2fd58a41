"""What every broker promises, whichever it is."""

from __future__ import annotations

import collections
import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest

from libs.bus import Broker, OutgoingRecord, OversizeRecordError, Record, Subscription, Topic, TopicPartition
from libs.bus.broker import RECORD_BYTES_MAX
from libs.clock import monotonic

SECONDS_MAX = 30.0
SESSION_SECONDS = 3.0


def numbered(topic: str, count: int, *, keys: int = 8, first: int = 0) -> list[OutgoingRecord]:
    """Return records with the value n and one of a few keys."""
    return [OutgoingRecord(topic, f"k{n % keys}", str(n).encode()) for n in range(first, first + count)]


@contextlib.contextmanager
def member(
    broker: Broker, topic: str, name: str = "m1", group: str = "g", also: tuple[str, ...] = ()
) -> Iterator[Subscription]:
    """Join a group for the length of a block."""
    subscription = broker.subscribe(
        f"{group}-{topic}", [topic, *also], member=f"{name}-{topic}", session_seconds=SESSION_SECONDS
    )
    try:
        yield subscription
    finally:
        subscription.close()


def read(subscription: Subscription, count: int, *, commit: bool = True) -> list[Record]:
    """Poll until `count` records have come, committing each batch."""
    records: list[Record] = []
    end = monotonic() + SECONDS_MAX
    while len(records) < count and monotonic() < end:
        batch = subscription.poll(records_max=500, timeout_seconds=0.2)
        records += batch
        if commit and batch:
            subscription.commit(next_offsets(batch))
    return records


def next_offsets(records: list[Record]) -> dict[TopicPartition, int]:
    """Return the offsets to commit after these records."""
    return {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}


def until(condition: Callable[[], bool], *subscriptions: Subscription) -> bool:
    """Poll the members until something holds."""
    end = monotonic() + SECONDS_MAX
    while not condition() and monotonic() < end:
        for subscription in subscriptions:
            subscription.poll(records_max=1, timeout_seconds=0.1)
    return condition()


def test_records_of_a_key_keep_their_order(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    for first in range(0, 600, 100):
        publisher.publish(numbered(topic, 100, first=first))

    with member(broker, topic) as subscription:
        records = read(subscription, 600)

    by_key = collections.defaultdict(list)
    for record in records:
        by_key[record.key].append(int(record.value or b""))
    assert sum(len(numbers) for numbers in by_key.values()) == 600
    assert all(numbers == sorted(numbers) for numbers in by_key.values())
    publisher.close()


def test_a_record_comes_back_as_it_was_sent(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    headers = [("ce_type", "timebank.orders.v1.HoursApproved"), ("name", "小时")]
    publisher.publish([OutgoingRecord(topic, "区", b"\x00\xff\x01", headers)])

    with member(broker, topic) as subscription:
        (record,) = read(subscription, 1)

    assert (record.topic, record.key, record.value) == (topic, "区", b"\x00\xff\x01")
    assert dict(record.headers) == dict(headers)
    publisher.close()


def test_a_group_goes_on_where_it_committed(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish(numbered(topic, 50))
    with member(broker, topic) as subscription:
        read(subscription, 50)
    publisher.publish(numbered(topic, 10, first=50))

    with member(broker, topic) as subscription:
        records = read(subscription, 10)

    assert sorted(int(record.value or b"") for record in records) == list(range(50, 60))
    publisher.close()


def test_what_was_not_committed_is_delivered_again(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish(numbered(topic, 50))
    with member(broker, topic) as subscription:
        first = read(subscription, 50, commit=False)

    with member(broker, topic) as subscription:
        again = read(subscription, 50)

    assert sorted(record.value or b"" for record in first) == sorted(record.value or b"" for record in again)
    publisher.close()


def test_every_group_hears_everything(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish(numbered(topic, 20))

    with member(broker, topic, group="a") as subscription, member(broker, topic, group="b") as other:
        heard = (len(read(subscription, 20)), len(read(other, 20)))

    assert heard == (20, 20)
    publisher.close()


def test_seeking_back_reads_again(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish(numbered(topic, 20, keys=1))

    with member(broker, topic) as subscription:
        records = read(subscription, 20)
        partition = TopicPartition(topic, records[0].partition)
        subscription.seek(partition, records[5].offset)
        again = read(subscription, 15)

    assert [record.offset for record in again] == [record.offset for record in records[5:]]
    publisher.close()


def test_the_database_says_where_new_partitions_begin(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish(numbered(topic, 20, keys=1))
    with member(broker, topic) as subscription:
        records = read(subscription, 20)
    place = TopicPartition(topic, records[0].partition)

    subscription = broker.subscribe(
        f"g-{topic}", [topic], member="m", start=lambda _: {place: records[12].offset}, session_seconds=SESSION_SECONDS
    )
    again = read(subscription, 8)
    subscription.close()
    empty = broker.subscribe(f"g-{topic}", [topic], member="m", start=lambda _: {}, session_seconds=SESSION_SECONDS)
    everything = read(empty, 20)
    empty.close()

    assert [record.offset for record in again] == [record.offset for record in records[12:]]
    assert len(everything) == 20
    publisher.close()


def test_members_share_the_partitions_and_each_record_goes_to_one(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    with member(broker, topic, "m1") as subscription:
        alone = until(lambda: len(subscription.assignment()) == 4, subscription)
        with member(broker, topic, "m2") as two:
            shared = until(lambda: len(subscription.assignment()) == len(two.assignment()) == 2, subscription, two)
            publisher.publish(numbered(topic, 100, keys=50))
            seen: list[Record] = []
            end = monotonic() + SECONDS_MAX
            while len(seen) < 100 and monotonic() < end:
                poll_both(subscription, two, seen)
            disjoint = not subscription.assignment() & two.assignment()
        alone_again = until(lambda: len(subscription.assignment()) == 4, subscription)

    assert alone
    assert shared
    assert disjoint
    assert alone_again
    assert sorted(int(record.value or b"") for record in seen) == list(range(100))
    publisher.close()


def test_members_share_every_topic(broker: Broker, topic: str) -> None:
    """A member that comes second takes its part of each topic: nobody does all the work of a busy one."""
    quiet = f"{topic}-quiet"
    broker.declare_topics([Topic(quiet, partitions=4)])

    with member(broker, topic, "m1", also=(quiet,)) as subscription:
        alone = until(lambda: len(subscription.assignment()) == 8, subscription)
        with member(broker, topic, "m2", also=(quiet,)) as two:
            shared = until(lambda: len(subscription.assignment()) == len(two.assignment()) == 4, subscription, two)
            of_two = collections.Counter(place.topic for place in two.assignment())

    assert alone
    assert shared
    assert of_two == {topic: 2, quiet: 2}


def poll_both(one: Subscription, two: Subscription, seen: list[Record]) -> None:
    """Poll two members once, and add what came."""
    for subscription in (one, two):
        seen.extend(subscription.poll(records_max=500, timeout_seconds=0.1))


def test_a_member_that_dies_loses_its_partitions_to_the_others(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    dead = broker.subscribe(f"g-{topic}", [topic], member="dead", session_seconds=SESSION_SECONDS)
    assert until(lambda: len(dead.assignment()) == 4, dead)
    silence(dead)
    publisher.publish(numbered(topic, 40))

    with member(broker, topic, "alive") as alive:
        records = read(alive, 40)

    assert sorted(int(record.value or b"") for record in records) == list(range(40))
    publisher.close()


def silence(subscription: Subscription) -> None:
    """Make a member stop as a kill would: it says nothing any more, and does not leave."""
    consumer = getattr(subscription, "_consumer", None)
    if consumer is not None:
        consumer.close(autocommit=False, timeout_ms=0)  # A static member that closes does not leave its group.


def test_a_paused_member_gets_nothing_and_keeps_its_partitions(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    with member(broker, topic) as subscription:
        assert until(lambda: len(subscription.assignment()) == 4, subscription)
        subscription.pause()
        publisher.publish(numbered(topic, 30))
        while_paused: list[Record] = []
        end = monotonic() + SESSION_SECONDS + 1
        while monotonic() < end:
            while_paused += subscription.poll(records_max=10, timeout_seconds=0.2)
        kept = len(subscription.assignment())
        subscription.resume()
        records = read(subscription, 30)

    assert while_paused == []
    assert kept == 4
    assert len(records) == 30
    publisher.close()


def test_a_poll_never_returns_more_than_asked(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish(numbered(topic, 500, keys=40))

    sizes, seen = [], 0
    with member(broker, topic) as subscription:
        end = monotonic() + SECONDS_MAX
        while seen < 500 and monotonic() < end:
            batch = subscription.poll(records_max=7, timeout_seconds=0.2)
            sizes.append(len(batch))
            seen += len(batch)

    assert seen == 500
    assert max(sizes) <= 7
    publisher.close()


def test_an_oversize_record_is_refused_and_nothing_of_its_batch_is_sent(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    large = OutgoingRecord(topic, "k", b"x" * (RECORD_BYTES_MAX + 1))

    with pytest.raises(OversizeRecordError):
        publisher.publish([*numbered(topic, 5), large])

    assert sum(broker.end_offsets([topic]).values()) == 0
    publisher.close()


def test_the_largest_record_passes(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish([OutgoingRecord(topic, "k", b"x" * RECORD_BYTES_MAX, [("h", "v" * 100)])])

    with member(broker, topic) as subscription:
        (record,) = read(subscription, 1)

    assert len(record.value or b"") == RECORD_BYTES_MAX
    publisher.close()


def test_lag_is_what_the_group_has_not_committed(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish(numbered(topic, 60))
    before = sum(broker.lag(f"g-{topic}", [topic]).values())
    with member(broker, topic) as subscription:
        read(subscription, 60)
    publisher.publish(numbered(topic, 5))

    assert before == 60
    assert sum(broker.lag(f"g-{topic}", [topic]).values()) == 5
    assert sum(broker.end_offsets([topic]).values()) == 65
    publisher.close()


def test_a_large_backlog_is_read_whole(broker: Broker, topic: str) -> None:
    publisher = broker.publisher("p")
    for first in range(0, 20_000, 2_000):
        publisher.publish(numbered(topic, 2_000, keys=100, first=first))

    with member(broker, topic) as subscription:
        records = read(subscription, 20_000)

    assert len({record.value for record in records}) == 20_000
    publisher.close()


def test_a_tombstone_arrives_as_one(broker: Broker, state_topic: str) -> None:
    publisher = broker.publisher("p")
    publisher.publish([OutgoingRecord(state_topic, "p1", b"state", [("version", "1")], 1)])
    publisher.publish([OutgoingRecord(state_topic, "p1", None, [("version", "2")], 2)])

    with member(broker, state_topic) as subscription:
        records = read(subscription, 2)

    assert [record.value for record in records] == [b"state", None]
    publisher.close()


def test_publishers_at_the_same_time_leave_no_hole_for_a_reader(broker: Broker, topic: str) -> None:
    def publish(writer: int) -> None:
        publisher = broker.publisher(f"p{writer}")
        for first in range(0, 200, 20):
            publisher.publish(
                [OutgoingRecord(topic, f"w{writer}", f"{writer}:{n}".encode()) for n in range(first, first + 20)]
            )
        publisher.close()

    threads = [threading.Thread(target=publish, args=(writer,)) for writer in range(4)]
    with member(broker, topic) as subscription:
        for thread in threads:
            thread.start()
        records = read(subscription, 800)
    for thread in threads:
        thread.join()

    by_writer = collections.defaultdict(list)
    for record in records:
        writer, number = (record.value or b"").decode().split(":")
        by_writer[writer].append(int(number))
    assert by_writer == {str(writer): list(range(200)) for writer in range(4)}


def test_the_last_record_of_each_partition_is_told(broker: Broker, topic: str, state_topic: str) -> None:
    assert broker.last_records([topic, state_topic, f"{topic}-undeclared"]) == []

    publisher = broker.publisher("p")
    publisher.publish([*numbered(topic, 40), OutgoingRecord(state_topic, "s", b"v1", [("a", "1")], version=1)])
    publisher.publish([OutgoingRecord(topic, "k0", b"the last"), OutgoingRecord(state_topic, "s", None, version=2)])
    publisher.close()
    last = {
        TopicPartition(record.topic, record.partition): record for record in broker.last_records([topic, state_topic])
    }
    ends = {at: end for at, end in broker.end_offsets([topic, state_topic]).items() if end}

    assert {at: record.offset + 1 for at, record in last.items()} == ends
    assert "the last" in {(record.value or b"").decode() for record in last.values()}
    assert [record.value for at, record in last.items() if at.topic == state_topic] == [None]
