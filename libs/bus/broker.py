"""What every broker promises; `tests/contracts/bus` holds both brokers to it.

Records of one key keep their order. A record is delivered at least once to each group. A published batch is durable
when `publish` returns. A member that dies loses its partitions to the others within its session.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from libs.telling import TellableError

RECORD_BYTES_MAX = 1_000_000
FACTS_KEPT_DAYS = 400
"""How long a topic of facts keeps them, unless they are kept for ever: a year, and a month to look back at it."""
PARTITIONS = 12
SESSION_SECONDS = 45.0


class BrokerError(TellableError):
    """The broker cannot be reached, or did not acknowledge; what was asked may be asked again."""


class OversizeRecordError(ValueError):
    """A record has more than RECORD_BYTES_MAX bytes; it will never be taken."""


@dataclasses.dataclass(frozen=True)
class Topic:
    """A topic to declare. Compacted: the last record of each key is kept for ever. No retention: all are."""

    name: str
    compacted: bool = False
    partitions: int = PARTITIONS
    retention_days: int | None = None


class TopicPartition(NamedTuple):
    """One partition of a topic: the unit of order and of assignment."""

    topic: str
    partition: int


class OutgoingRecord(NamedTuple):
    """A record to publish; `version` is given on compacted topics.

    Records with the same `together` (the key, unless given) share a partition, and so keep their order.
    """

    topic: str
    key: str
    value: bytes | None
    headers: Sequence[tuple[str, str]] = ()
    version: int | None = None
    together: str | None = None

    def partition(self, partitions: int) -> int:
        """Return which of so many partitions it belongs to."""
        return zlib.crc32((self.together or self.key).encode()) % partitions


class Record(NamedTuple):
    """A record as it was read."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    headers: Mapping[str, str]


StartOffsets = Callable[[Sequence[TopicPartition]], Mapping[TopicPartition, int]]


class Publisher(Protocol):
    """Publishes for one thread."""

    def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Return when every record is acknowledged, in the order given per key.

        Raises:
            OversizeRecordError: one is too large; none was sent.
            BrokerError: not all were acknowledged; publish the same batch again.
        """

    def close(self) -> None:
        """Let go of the connection."""


class Subscription(Protocol):
    """One member of a group, used by one thread."""

    def poll(self, *, records_max: int, timeout_seconds: float) -> list[Record]:
        """Return records of the partitions this member has, in their order; none while paused.

        Raises:
            BrokerError: the broker is away; poll again.
        """

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Record for the group the next offset of each partition; ignored where the partition is no longer ours."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Read a partition again from `offset`; ignored where it is no longer ours."""

    def assignment(self) -> frozenset[TopicPartition]:
        """Return the partitions this member has now."""

    def pause(self) -> None:
        """Deliver nothing, but stay a member as long as `poll` is called."""

    def resume(self) -> None:
        """Deliver again."""

    def close(self) -> None:
        """Leave the group."""


class Broker(Protocol):
    """A broker's whole surface."""

    def declare_topics(self, topics: Sequence[Topic]) -> None:
        """Create the topics that are missing."""

    def publisher(self, name: str) -> Publisher:
        """Return a publisher; one per thread."""

    def subscribe(
        self,
        group: str,
        topics: Sequence[str],
        *,
        member: str,
        start: StartOffsets | None = None,
        session_seconds: float = SESSION_SECONDS,
    ) -> Subscription:
        """Join the group.

        `start` gives where to begin in partitions newly assigned, the earliest record for those it leaves out; without
        it, the group's committed offsets do. A member keeps its name when it comes back.
        """

    def end_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return the offset after the last record of each partition."""

    def beginning_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return the offset of the first record kept of each partition."""

    def last_records(self, topics: Sequence[str]) -> list[Record]:
        """Return the last record kept of each partition that has one; a topic that is not declared has none."""

    def lag(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return how many offsets each partition is ahead of what the group committed."""

    def close(self) -> None:
        """Let go of everything."""


def refuse_oversize(records: Sequence[OutgoingRecord]) -> None:
    """Refuse a batch with a record no broker takes."""
    for record in records:
        if record.value is not None and len(record.value) > RECORD_BYTES_MAX:
            raise OversizeRecordError(f"{len(record.value)} bytes on {record.topic}")
