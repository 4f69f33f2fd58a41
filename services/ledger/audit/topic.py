"""Read the journal's topic from its beginning: the rows and the signed heads as they were told to everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from libs.bus import Broker, headers
from libs.bus.reading import read_whole
from libs.clock import to_microseconds
from services.ledger import messages
from services.ledger.domain.leaf import LEAF, place_of

ROWS_AT_ONCE = 2_000
GROUP_BEGINS = "verify-"
"""How each reader's group is named, which it has for itself."""
CARRIES = messages.own.TransferPosted(entry=bytes(LEAF.size)).SerializeToString()[: -LEAF.size]
"""What stands before the row in every event: the tag and the length of its field."""
SIGNED = messages.type_of(messages.own.CheckpointSigned)


DISTRICT, POSITION, REASON, OUTCOME = map(place_of, ("district_id", "pos", "reason", "outcome"))
"""Where these fields stand in a row: all of it is unpacked only when something is wrong."""


class Copy(NamedTuple):
    """A row as the topic keeps it."""

    entry: bytes
    """The row as its leaf is made of it."""
    event_type: str
    answer: bytes
    """What the event says besides."""

    @property
    def district_id(self) -> bytes:
        """Whose book it is of."""
        return self.entry[DISTRICT]

    @property
    def position(self) -> int:
        """Where it stands there."""
        return int.from_bytes(self.entry[POSITION])

    @property
    def plain_type(self) -> str:
        """The type of event that it is told as when nothing is told besides."""
        outcome, reason = self.entry[OUTCOME], self.entry[REASON]
        return messages.type_without_answer(int.from_bytes(outcome), int.from_bytes(reason))


class CopiedHead(NamedTuple):
    """A signed head as the topic keeps it."""

    district_id: UUID
    size: int
    root: bytes
    note: str
    signed_at: int


def read_topic(broker: Broker, topic: str = messages.TOPIC) -> Iterator[Copy | CopiedHead]:
    """Yield the rows and heads that the topic's events carry, from the first to the end as it is now.

    Raises:
        TopicSilentError: the broker stopped giving them.
    """
    for record in read_whole(broker, topic, group_begins=GROUP_BEGINS):
        told = copy_of(record.value or b"", record.headers)
        if told is not None:
            yield told


def copy_of(value: bytes, told: Mapping[str, str]) -> Copy | CopiedHead | None:
    """The row that an event carries at its end, or the head it tells of; None for an event that is neither."""
    if told.get(headers.TYPE) == SIGNED:
        return _head_of(value, told)
    carried = len(CARRIES) + LEAF.size
    if value[-carried : -LEAF.size] != CARRIES:
        return None
    copy = Copy(value[-LEAF.size :], told[headers.TYPE], value[:-carried])
    stands_at = (told.get(headers.STREAM), told.get(headers.POSITION))
    return copy if stands_at == (_text_of(copy.district_id), str(copy.position)) else None


@lru_cache(maxsize=1_024)
def _text_of(district_id: bytes) -> str:
    return str(UUID(bytes=district_id))


def _head_of(value: bytes, told: Mapping[str, str]) -> CopiedHead:
    signed = messages.own.CheckpointSigned()
    signed.ParseFromString(value)
    signed_at = to_microseconds(datetime.fromisoformat(told[headers.TIME]))
    return CopiedHead(UUID(signed.district_id), signed.size, signed.root, signed.note, signed_at)
