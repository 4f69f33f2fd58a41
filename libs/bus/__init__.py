"""The broker between services: durable topics, order per key, groups of consumers. Kafka, or a PostgreSQL database."""

from libs.bus.broker import (
    FACTS_KEPT_DAYS,
    Broker,
    BrokerError,
    OutgoingRecord,
    OversizeRecordError,
    Publisher,
    Record,
    Subscription,
    Topic,
    TopicPartition,
)
from libs.bus.epochs import ordered_version

__all__ = [
    "FACTS_KEPT_DAYS",
    "Broker",
    "BrokerError",
    "OutgoingRecord",
    "OversizeRecordError",
    "Publisher",
    "Record",
    "Subscription",
    "Topic",
    "TopicPartition",
    "ordered_version",
]
