"""Each service's user may do on a real Kafka what docs/events.md says of it, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import kafka as client
import pytest
from kafka.admin import KafkaAdminClient

from libs.bus.broker import BrokerError, OutgoingRecord, Topic, TopicPartition
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_access import Access, Operation, Rule, allow_only
from libs.bus.kafka_settings import client_options
from libs.ids import new_id
from libs.inbox.retry import dead_letter_topic
from libs.telling import describe
from services.operator.kafka_access import PROGRAMS, accesses, topics_of, user_of
from tests.contracts.events.catalogue import hearers, topics
from tests.support.certificates import create_authority
from tests.support.secured import PASSWORD, SecuredKafka
from tests.wires.conftest import administrator

pytestmark = pytest.mark.kafka
SERVICES = tuple(PROGRAMS)
TOPICS = sorted(topic for name in SERVICES for topic in topics_of(name))
POLLS_MAX = 100
As = Callable[..., KafkaBroker]


@pytest.fixture
def as_user(kafka: SecuredKafka) -> Iterator[As]:
    """Give a broker as somebody."""
    made: list[KafkaBroker] = []

    def connect(name: str, *, password: str = PASSWORD, **changes: object) -> KafkaBroker:
        settings = dataclasses.replace(kafka.settings(user_of(name), password), **changes)  # type: ignore[arg-type]
        made.append(KafkaBroker(kafka.bootstrap, delivery_seconds=2.0, options=partial(client_options, settings)))
        return made[-1]

    yield connect
    for broker in made:
        broker.close()


def test_every_service_tells_and_hears_what_the_contracts_say(as_user: As) -> None:
    sent = {topic: f"told-{new_id().hex}" for topic in TOPICS}
    for name in SERVICES:
        publisher = as_user(name).publisher(f"relay-{name}")
        publisher.publish([OutgoingRecord(topic, sent[topic], b"fact", version=1) for topic in topics_of(name)])
        publisher.close()

    for name in SERVICES:
        broker, heard = as_user(name), _heard_by(name)
        # Others of these tests may have written to another partition.
        assert {record.key for record in broker.last_records(topics_of(name))} >= {sent[at] for at in topics_of(name)}
        subscription = broker.subscribe(name, sorted(heard), member="1", start=lambda _: {})
        seen, last = set[str](), TopicPartition("", 0)
        for _ in range(POLLS_MAX):
            for record in subscription.poll(records_max=100, timeout_seconds=0.2):
                seen.add(record.key)
                last = TopicPartition(record.topic, record.partition)
            if seen >= {sent[topic] for topic in heard}:
                break
        subscription.commit({last: 1})
        subscription.close()
        assert seen & set(sent.values()) == {sent[topic] for topic in heard}
        _bury(broker, name, min(heard))


def test_every_service_is_refused_every_topic_that_is_none_of_its(as_user: As) -> None:
    """All services and all topics: to write, to read, to ask where it ends."""
    for name in SERVICES:
        broker = as_user(name)
        for topic in TOPICS:
            may_write, may_read = topic in topics_of(name), topic in _heard_by(name) | set(topics_of(name))
            refusal = _refusal(partial(_publish, broker, topic))
            assert ("TopicAuthorizationFailedError" in refusal, refusal == "") == (not may_write, may_write), name
            assert bool(broker.end_offsets([topic])) == may_read, (name, topic)


@pytest.mark.parametrize("name", SERVICES)
def test_a_group_of_another_service_is_refused(as_user: As, name: str) -> None:
    other = next(service for service in SERVICES if service != name)
    topic = min(_heard_by(name))
    subscription = as_user(name).subscribe(other, [topic], member="1", start=lambda _: {})

    with pytest.raises(BrokerError, match="GroupAuthorizationFailedError"):
        for _ in range(POLLS_MAX):
            subscription.poll(records_max=1, timeout_seconds=0.1)
    subscription.close()


def test_a_wrong_password_a_stranger_another_authority_and_plaintext_are_refused(as_user: As, folder: Path) -> None:
    """In words that say why, where the client tells."""
    other = create_authority(folder, "another")
    strangers = (
        as_user("orders", password="guessed"),
        as_user("nobody"),
        as_user("orders", kafka_ca_file=other.file),
        as_user("orders", kafka_protocol=None),
    )

    refusals = [_refusal(partial(_publish, broker, "timebank.orders.v1")) for broker in strangers]

    refused = "it does not know it, or the password is another"
    assert refusals[0] == f"Kafka refuses the user timebank-orders: {refused}"
    assert refusals[1] == f"Kafka refuses the user timebank-nobody: {refused}"
    assert "is not who it should be" in refusals[2]
    assert refusals[3]


def test_a_wrong_password_stands_in_the_log_in_plain_words(as_user: As) -> None:
    with pytest.raises(BrokerError) as refused:
        as_user("accounts", password="guessed").end_offsets(["timebank.orders.v1"])

    assert "BrokerError: Kafka refuses the user timebank-accounts" in describe(refused.value)
    assert "guessed" not in describe(refused.value)


def test_no_service_declares_topics_or_deletes_any(kafka: SecuredKafka) -> None:
    admin = KafkaAdminClient(
        bootstrap_servers=kafka.bootstrap, **client_options(kafka.settings(user_of("orders"), PASSWORD))
    )
    try:
        with pytest.raises(client.errors.AuthorizationError):
            admin.delete_topics(["timebank.orders.v1"], timeout_ms=5000)
        with pytest.raises(client.errors.AuthorizationError):
            admin.create_topics([client.admin.NewTopic("timebank.of-mine.v1", 1, 1)], timeout_ms=5000)
    finally:
        admin.close()


def test_rules_that_nobody_wants_any_more_are_taken_away(kafka: SecuredKafka) -> None:
    options, name = administrator(kafka), f"timebank-{new_id().hex}"
    before = Access(name, (Rule("topic", "timebank.orders.v1", (Operation.READ, Operation.WRITE)),))
    after = Access(name, (Rule("topic", "timebank.orders.v1", (Operation.READ,)),))

    assert allow_only(options, [before]) == (2, 0)
    assert allow_only(options, [after]) == (0, 1)
    assert allow_only(options, [after]) == (0, 0)
    assert allow_only(options, accesses()) == (0, 0)


def test_the_rules_are_what_the_document_of_events_says() -> None:
    """By the same sources: who tells an event may write its topic, who hears one may read its topic, no other may."""
    may: dict[str, dict[str, set[str]]] = {name: {"Read": set(), "Write": set()} for name in SERVICES}
    for name, access in zip(SERVICES, accesses(), strict=False):
        dead = {dead_letter_topic(topic, name) for topic in TOPICS}
        for rule in access.rules:
            for operation in {"Read", "Write"} & {str(one) for one in rule.operations}:
                if rule.kind == "topic" and rule.name not in dead:
                    may[name][operation].add(rule.name)

    heard_by, at = hearers(), topics()
    for name in SERVICES:
        heard = {at[event] for event, services in heard_by.items() if name in services}
        tells = {topic for event, topic in at.items() if event.startswith(f"timebank.{name}.") and topic in TOPICS}
        assert may[name]["Write"] == tells
        assert may[name]["Read"] == heard | tells


def _heard_by(name: str) -> set[str]:
    at = topics()
    return {at[event] for event, services in hearers().items() if name in services}


def _bury(broker: KafkaBroker, name: str, topic: str) -> None:
    """What a consumer does with a dead event."""
    dead = Topic(dead_letter_topic(topic, name), partitions=1)
    broker.declare_topics([dead])
    broker.declare_topics([dead])
    _publish(broker, dead.name)


def _publish(broker: KafkaBroker, topic: str) -> None:
    publisher = broker.publisher("relay")
    try:
        publisher.publish([OutgoingRecord(topic, "k", b"v", version=1)])
    finally:
        publisher.close()


def _refusal(act: Callable[[], object]) -> str:
    try:
        act()
    except BrokerError as error:
        return str(error)
    return ""
