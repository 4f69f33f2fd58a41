"""A whole topic, read once from its beginning to the end as it is now, by a reader that leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator

from libs.bus.broker import Broker, Record
from libs.clock import monotonic
from libs.ids import new_id

RECORDS_AT_ONCE = 2_000
SILENT_SECONDS_MAX = 30.0


class TopicSilentError(Exception):
    """The broker gave nothing for a while, though there is more."""


def read_whole(broker: Broker, topic: str, *, group_begins: str) -> Iterator[Record]:
    """Yield the records of a topic; `group_begins` is how the reader's group is named, which it has for itself.

    Raises:
        TopicSilentError: the broker stopped giving them.
    """
    group = f"{group_begins}{new_id().hex}"
    begins, ends = broker.beginning_offsets([topic]), broker.end_offsets([topic])
    waiting = {at.partition: end for at, end in ends.items() if end > begins.get(at, 0)}
    subscription = broker.subscribe(group, [topic], member=group)
    heard_at = monotonic()
    try:
        while waiting:
            records = subscription.poll(records_max=RECORDS_AT_ONCE, timeout_seconds=1.0)
            yield from records
            for partition, offset in {record.partition: record.offset for record in records}.items():
                if offset + 1 >= waiting.get(partition, offset + 2):
                    del waiting[partition]
            heard_at = monotonic() if records else heard_at
            if monotonic() - heard_at > SILENT_SECONDS_MAX:
                raise TopicSilentError(f"{topic}: nothing for {SILENT_SECONDS_MAX:.0f} s")
    finally:
        subscription.close()
