"""Is anything still on its way between the services? Asked of their databases, never of the broker."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from libs.db import Database
from libs.db.driver import run
from libs.inbox.positions import StreamKey, events_after
from libs.outbox.source import Source

# A parked event that waits for something not yet known is tried again; one that has waited this often is left alone.
ATTEMPTS_WAITED_FOR = 12


@dataclasses.dataclass(frozen=True)
class Flow:
    """What one service publishes and hears, and the database that knows how far both have come.

    `under_way` says in words what else of the service's own has been accepted and is not done yet; empty for nothing.
    """

    name: str
    database: Database
    sources: Sequence[Source]
    topics_heard: Sequence[str]
    under_way: Callable[[Connection], str] = lambda _connection: ""


class Settling:
    """Looks through the databases of all services."""

    def __init__(self, flows: Sequence[Flow]) -> None:
        self._flows = flows

    def waiting(self) -> list[str]:
        """Return what is on its way, in words; empty when all is settled.

        One look is not enough: while the services are asked one after the other, an event may be heard by one that was
        asked already what it has said. When two looks find all heard and nothing said in between, nothing can follow.
        """
        first, found = self._look()
        if found:
            return found
        again, found = self._look()
        return found or (["something was said just now"] if again != first else [])

    def events_since(self, since: datetime | None) -> dict[str, int]:
        """Return how many events of each type were recorded at or after an instant."""
        counts: dict[str, int] = {}
        for flow in self._flows:
            with flow.database.reading() as connection:
                for source in flow.sources:
                    for kind, number in source.counts_since(connection, since).items():
                        name = kind.rsplit(".", 1)[-1]
                        counts[name] = counts.get(name, 0) + number
        return counts

    def _look(self) -> tuple[dict[StreamKey, int], list[str]]:
        """Return what each service has said so far, and what of it was not heard yet."""
        heads: dict[StreamKey, int] = {}
        reached: dict[str, dict[StreamKey, int]] = {}
        waiting: list[str] = []
        for flow in self._flows:
            with flow.database.reading() as connection:
                # What was heard is read before what was said: it can only be more by the time the others are asked.
                reached[flow.name], published, parked = _heard_and_published(connection, flow)
                if words := flow.under_way(connection):
                    waiting.append(f"{flow.name}: {words}")
                for source in flow.sources:
                    for stream, head in source.heads(connection).items():
                        heads[StreamKey(*stream)] = head
                        if head > published.get(StreamKey(*stream), 0):
                            waiting.append(f"{flow.name} has not published {stream.topic} {stream.name} {head}")
            if parked:
                waiting.append(f"{flow.name} has {parked} events that wait for something not yet known")
        for flow in self._flows:
            missing = events_after(reached[flow.name], flow.topics_heard, heads)
            if missing:
                waiting.append(f"{flow.name} has not heard {missing} events")
        return heads, waiting


def _heard_and_published(connection: Connection, flow: Flow) -> tuple[dict[StreamKey, int], dict[StreamKey, int], int]:
    """Return how far a service has heard others and published itself, and how many events wait in it."""
    heard: dict[StreamKey, int] = {}
    published: dict[StreamKey, int] = {}
    parked = 0
    terms = {"group": flow.name, "topics": list(flow.topics_heard), "attempts": ATTEMPTS_WAITED_FOR}
    for kind, topic, stream, number in run(connection, _LOOK, terms):
        if kind == "parked":
            parked = number
        else:
            (heard if kind == "heard" else published)[StreamKey(topic, stream)] = number
    return heard, published, parked


# One question, because everybody who waits asks it again and again.
_LOOK = """
SELECT 'heard', topic, stream, position FROM inbox_position WHERE group_name = %(group)s AND topic = ANY(%(topics)s)
UNION ALL SELECT 'published', topic, stream, published_pos FROM outbox_published
UNION ALL SELECT 'parked', '', '', count(*) FROM inbox_parked WHERE state = 'waiting' AND attempts < %(attempts)s"""
