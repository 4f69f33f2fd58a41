"""A consumer that is rolled comes back under its name: its group gives nothing away, nobody waits for a time-out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from libs.bus import Topic
from libs.bus.broker import SESSION_SECONDS
from libs.bus.kafka import KafkaBroker, KafkaSubscription
from libs.bus.kafka_server import KafkaCluster
from libs.clock import monotonic
from libs.ids import new_id
from tests.support.kafka import DELIVERY_SECONDS

pytestmark = pytest.mark.kafka
PARTITIONS = 4
SECONDS_MAX = 60.0
SHORT_SESSION_SECONDS = 8.0
STEADY_SECONDS = 3.0


@dataclass
class Member:
    """A member of a group as a process runs it: it polls all the time."""

    subscription: KafkaSubscription

    def __post_init__(self) -> None:
        self.seen: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def generation(self) -> int:
        """How often the group has shared its partitions anew, as this member knows."""
        return int(self.subscription._consumer._coordinator._generation.generation_id)

    def roll(self) -> None:
        """End as SIGTERM ends it."""
        self._stop.set()
        self._thread.join()
        self.subscription.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.seen += [record.key for record in self.subscription.poll(records_max=10, timeout_seconds=0.1)]


Join = Callable[..., Member]


@pytest.fixture
def kafka(kafka_cluster: KafkaCluster) -> Iterator[KafkaBroker]:
    broker = KafkaBroker(kafka_cluster.bootstrap, delivery_seconds=DELIVERY_SECONDS)
    yield broker
    broker.close()


@pytest.fixture
def join(kafka: KafkaBroker) -> Iterator[Join]:
    """Start a member of one group by its name; whoever still runs at the end is stopped."""
    topic, group = f"facts-{new_id().hex}", f"group-{new_id().hex}"
    kafka.declare_topics([Topic(topic, partitions=PARTITIONS)])
    members: list[Member] = []

    def start(name: str, session_seconds: float = SESSION_SECONDS) -> Member:
        subscription = kafka.subscribe(group, [topic], member=name, start=lambda _: {}, session_seconds=session_seconds)
        members.append(Member(subscription))
        return members[-1]

    yield start
    for member in members:
        member.roll()


@pytest.mark.parametrize("rolled", [0, 1], ids=["the leader of the group", "another"])
def test_a_member_that_comes_back_under_its_name_has_its_partitions_at_once(join: Join, rolled: int) -> None:
    members = [join("orders-consumer-0"), join("orders-consumer-1")]
    _until(lambda: all(len(member.subscription.assignment()) == PARTITIONS // 2 for member in members))
    _until(lambda: _is_steady(members))
    had, generation = members[rolled].subscription.assignment(), members[rolled].generation

    members[rolled].roll()
    members[rolled] = join(f"orders-consumer-{rolled}")
    _until(lambda: members[rolled].subscription.assignment() == had)

    assert [member.generation for member in members] == [generation, generation]


def test_under_another_name_it_waits_until_the_old_one_is_given_up(join: Join) -> None:
    first = join("orders-consumer-6f9c8-x2k4p", SHORT_SESSION_SECONDS)
    _until(lambda: len(first.subscription.assignment()) == PARTITIONS)
    first.roll()

    began = monotonic()
    second = join("orders-consumer-6f9c8-q8m7w", SHORT_SESSION_SECONDS)
    _until(lambda: len(second.subscription.assignment()) > 0)

    assert monotonic() - began > SHORT_SESSION_SECONDS / 2


def _is_steady(members: list[Member]) -> bool:
    """Tell whether the group stays as it is for a while: on a busy machine it may divide its partitions once more."""
    before = [member.generation for member in members]
    threading.Event().wait(STEADY_SECONDS)
    return before == [member.generation for member in members] and len(set(before)) == 1


def _until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + SECONDS_MAX
    while not is_so():
        assert monotonic() < end
        threading.Event().wait(0.05)
