"""Read the journal's topic from its beginning: the rows and the signed heads as they were told to everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from libs.bus import Broker, headers
from libs.clock import monotonic, to_microseconds
from libs.ids import new_id
from services.ledger import messages
from services.ledger.domain.entries import LEAF

ROWS_AT_ONCE = 2_000
SILENT_SECONDS_MAX = 30.0
CARRIES = messages.own.TransferPosted(entry=bytes(LEAF.size)).SerializeToString()[: -LEAF.size]
"""What stands before the row in every event: the tag and the length of its field."""
SIGNED = messages.type_of(messages.own.CheckpointSigned)


class Copy(NamedTuple):
    """A row as the topic keeps it."""

    entry: bytes
    """The row as its leaf is made of it."""
    event_type: str
    answer: bytes
    """What the event says besides."""


class CopiedHead(NamedTuple):
    """A signed head as the topic keeps it."""

    district_id: UUID
    size: int
    root: bytes
    note: str
    signed_at: int


class TopicSilentError(Exception):
    """The broker gave nothing for a while, though there is more."""


def read_topic(broker: Broker, topic: str = messages.TOPIC) -> Iterator[Copy | CopiedHead]:
    """Yield the rows and heads that the topic's events carry, from the first to the end as it is now.

    Raises:
        TopicSilentError: the broker stopped giving them.
    """
    group = f"verify-{new_id().hex}"
    begins, ends = broker.beginning_offsets([topic]), broker.end_offsets([topic])
    waiting = {partition: end for partition, end in ends.items() if end > begins.get(partition, 0)}
    subscription = broker.subscribe(group, [topic], member=group)
    heard_at = monotonic()
    try:
        while waiting:
            for record in subscription.poll(records_max=ROWS_AT_ONCE, timeout_seconds=1.0):
                heard_at = monotonic()
                if copy := copy_of(record.value or b"", record.headers):
                    yield copy
                partition = next((one for one in waiting if one.partition == record.partition), None)
                if partition is not None and record.offset + 1 >= waiting[partition]:
                    del waiting[partition]
            if monotonic() - heard_at > SILENT_SECONDS_MAX:
                raise TopicSilentError(f"{topic}: nothing for {SILENT_SECONDS_MAX:.0f} s")
    finally:
        subscription.close()


def copy_of(value: bytes, told: Mapping[str, str]) -> Copy | CopiedHead | None:
    """The row that an event carries at its end, or the head it tells of; None for an event that is neither."""
    if told.get(headers.TYPE) == SIGNED:
        return _head_of(value, told)
    carried = len(CARRIES) + LEAF.size
    if value[-carried : -LEAF.size] != CARRIES:
        return None
    entry = value[-LEAF.size :]
    _, district_id, position, *_ = LEAF.unpack(entry)
    stands_at = (told.get(headers.STREAM), told.get(headers.POSITION))
    if stands_at != (str(UUID(bytes=district_id)), str(position)):
        return None
    return Copy(entry, told[headers.TYPE], value[:-carried])


def _head_of(value: bytes, told: Mapping[str, str]) -> CopiedHead:
    signed = messages.own.CheckpointSigned()
    signed.ParseFromString(value)
    signed_at = to_microseconds(datetime.fromisoformat(told[headers.TIME]))
    return CopiedHead(UUID(signed.district_id), signed.size, signed.root, signed.note, signed_at)
