"""The last record of each partition, asked of Kafka: one fetch from where it must be."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import kafka
import kafka.errors

POLL_MILLISECONDS = 200


def fetch_last(
    consumer: kafka.KafkaConsumer, partitions: Sequence[kafka.TopicPartition], *, seconds_max: float
) -> list[Any]:
    """Return the last record kept of each partition that has one, as the client gives them.

    Raises:
        kafka.errors.KafkaTimeoutError: not all came in time.
    """
    beginnings, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    waiting = {at for at in partitions if ends[at] > beginnings[at]}
    last: dict[kafka.TopicPartition, Any] = {}
    consumer.assign(sorted(waiting))
    try:
        for at in waiting:
            consumer.seek(at, ends[at] - 1)
        deadline = time.monotonic() + seconds_max
        while waiting:
            for at, records in consumer.poll(timeout_ms=POLL_MILLISECONDS).items():
                last[at] = records[-1]
            waiting = {at for at in waiting if consumer.position(at) < ends[at]}
            if time.monotonic() > deadline:
                raise kafka.errors.KafkaTimeoutError("the last records did not come")
    finally:
        consumer.assign([])
    return list(last.values())
