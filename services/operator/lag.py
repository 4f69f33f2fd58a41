"""What is on its way between the services, in words: for `timebank status`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy

from libs.db import Database
from libs.inbox.positions import StreamKey, missing_events
from libs.outbox.relay import unpublished
from libs.outbox.source import OutboxSource, Source
from services.ledger.bootstrap import create_sources as journal

SERVICES = ("accounts", "orders", "ledger", "redemption")


def lag_in_words(readers: Mapping[str, str]) -> Iterator[str]:
    """Yield one line for each thing that waits; nothing when all is settled."""
    databases = {name: Database(readers[name], pool_max=1, application_name="timebank") for name in SERVICES}
    heads: dict[StreamKey, int] = {}
    for name, database in databases.items():
        sources = _sources(name)
        with database.reading() as connection:
            waiting = sum(unpublished(connection, sources).values())
            for source in sources:
                heads |= {StreamKey(*stream): head for stream, head in source.heads(connection).items()}
        if waiting:
            yield f"{name}: {waiting} events wait for the broker"
    for name, database in databases.items():
        with database.reading() as connection:
            topics = connection.scalars(_TOPICS, {"group": name}).all()
            missing = missing_events(connection, name, topics, heads)
            parked: dict[str, int] = dict(connection.execute(_PARKED).tuples().all())
            stopped = connection.scalar(_STOPPED) or 0
        if missing:
            yield f"{name}: {missing} events not heard yet"
        if parked:
            yield f"{name}: set aside: " + ", ".join(f"{number} {state}" for state, number in sorted(parked.items()))
        if stopped:
            yield f"{name}: {stopped} streams have stopped; timebank events list names them"
        database.dispose()


def _sources(name: str) -> list[Source]:
    return journal() if name == "ledger" else [OutboxSource()]


_TOPICS = sqlalchemy.text("SELECT DISTINCT topic FROM inbox_position WHERE group_name = :group")
_PARKED = sqlalchemy.text("SELECT state, count(*) FROM inbox_parked GROUP BY state")
_STOPPED = sqlalchemy.text("SELECT count(*) FROM inbox_position WHERE stopped_at_offset IS NOT NULL")
