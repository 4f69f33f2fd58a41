"""What an operator may do about events that were published: have them published once more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from libs.outbox.cursor import published_positions, rewind
from libs.outbox.source import Source, Stream


class NothingToRepublishError(LookupError):
    """The stream was never published, or its rows are not kept any more."""


def republish(
    connection: Connection, sources: Sequence[Source], *, relay: str, topic: str, stream: str, from_position: int
) -> int:
    """Have the relay send a stream again from a position on, in order; return how many events that is.

    Consumers pass over what they have.

    Raises:
        NothingToRepublishError: there is no such event any more.
    """
    wanted = Stream(topic, stream)
    published = published_positions(connection).get(wanted, 0)
    for source in sources:
        if wanted not in source.heads(connection):
            continue
        first = source.read(connection, wanted, after=from_position - 1, limit=1)
        if first and first[0].position == from_position and from_position <= published:
            rewind(connection, relay, wanted, from_position - 1)
            return published - from_position + 1
    raise NothingToRepublishError(f"{topic} {stream} {from_position}")
