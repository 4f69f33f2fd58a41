"""Publish to Apache Kafka: a batch is acknowledged whole, or the producer is thrown away."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import kafka
import kafka.errors

from libs.bus.broker import RECORD_BYTES_MAX, BrokerError, OutgoingRecord, refuse_oversize
from libs.bus.kafka_sign_in import sign_in_problem
from libs.secret_files import OpenSecretError

# Who is told to stop has 10 s for it, also while the broker is away: no wait for it is longer.
DELIVERY_SECONDS_MAX = 8.0
CONNECT_SECONDS_MAX = 4.0
REQUEST_SECONDS_MAX = 8.0
LINGER_MILLISECONDS = 2
ENVELOPE_BYTES_MAX = 48_576
Wire = tuple[Sequence[str], Callable[[], Mapping[str, Any]]]
"""Kafka's addresses, and what a client of it is made with."""


class KafkaPublisher:
    """A producer that is thrown away as soon as one record fails, because its order can no longer be trusted."""

    def __init__(
        self, bootstrap: list[str], name: str, delivery_seconds: float, options: Callable[[], Mapping[str, Any]] = dict
    ) -> None:
        self._bootstrap = bootstrap
        self._options = options
        self._wire: Wire = (bootstrap, options)
        self._name = name
        self._delivery_seconds = delivery_seconds
        self._producer: kafka.KafkaProducer | None = None

    def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Send all, flush, and look at every answer."""
        refuse_oversize(records)
        try:
            producer = self._connected()
            futures = [
                producer.send(
                    record.topic,
                    key=record.key.encode(),
                    value=record.value,
                    headers=_wire_headers(record),
                    partition=record.partition(len(producer.partitions_for(record.topic))),
                )
                for record in records
            ]
            producer.flush(timeout=self._delivery_seconds + 1)
            failed = [future for future in futures if not (future.is_done and future.succeeded())]
        except (kafka.errors.KafkaError, OSError, AssertionError, OpenSecretError) as error:
            self._discard()
            raise away(error, self._wire, "Kafka did not take the batch") from error
        if failed:
            self._discard()
            why = failed[0].exception if failed[0].is_done else None
            raise away(why, self._wire, f"{len(failed)} of {len(records)} records were not acknowledged") from why

    def close(self) -> None:
        """Close the producer; nothing is in flight between batches."""
        self._discard()

    def _connected(self) -> kafka.KafkaProducer:
        if self._producer is None:
            self._producer = kafka.KafkaProducer(
                bootstrap_servers=self._bootstrap,
                bootstrap_timeout_ms=int(min(CONNECT_SECONDS_MAX, self._delivery_seconds) * 1000),
                client_id=self._name,
                acks="all",
                enable_idempotence=True,
                linger_ms=LINGER_MILLISECONDS,
                batch_size=262_144,
                compression_type="zstd",
                max_request_size=RECORD_BYTES_MAX + ENVELOPE_BYTES_MAX,
                request_timeout_ms=int(min(REQUEST_SECONDS_MAX, self._delivery_seconds / 2) * 1000),
                delivery_timeout_ms=int(self._delivery_seconds * 1000),
                max_block_ms=int(self._delivery_seconds * 1000),
                reconnect_backoff_max_ms=1000,
                allow_auto_create_topics=False,
                metrics_enabled=False,
                **self._options(),
            )
        return self._producer

    def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=0)
        except kafka.errors.KafkaError:
            # Records are still on their way, and closing gave up on that; its thread must not send them later.
            producer._sender.force_close()


def away(error: BaseException | None, wire: Wire, words: str = "Kafka does not answer") -> BrokerError:
    """Return what a broker's error becomes; one that no second try mends is said in words.

    Of a wrong password the client says nothing, so whoever is not answered asks once by hand.
    """
    if isinstance(error, OpenSecretError):
        return BrokerError(f"Kafka was not asked: {error}")
    if isinstance(error, kafka.errors.AuthorizationError):
        return BrokerError(f"Kafka does not let this user do it: {type(error).__name__}")
    if isinstance(error, (kafka.errors.SaslAuthenticationFailedError, ssl.SSLError)):
        return BrokerError(f"Kafka and this process do not trust each other: {type(error).__name__}")
    bootstrap, options = wire
    try:
        return BrokerError(sign_in_problem(bootstrap, options()) or words)
    except (OSError, OpenSecretError) as unread:
        return BrokerError(f"Kafka was not asked: {unread}")


def _wire_headers(record: OutgoingRecord) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in record.headers]
