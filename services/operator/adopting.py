"""After a database was put back: begin a new epoch of who publishes from it, and tell those who hear it.

The publisher's side is written before the consumer's, and what is done twice does nothing the second time, so that an
interrupted act is simply repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.engine import Connection

from libs.bus import Broker
from libs.db import Database
from libs.inbox.epochs import StreamPlace, accept_epoch, forget_offsets_beyond, stream_places
from libs.outbox.cursor import published_positions, rewind
from libs.outbox.epochs import Epoch, all_heads, begin_epoch, list_epochs, told_epoch
from libs.outbox.source import OutboxSource, Source, Stream
from services.accounts.consumers import TOPICS_HEARD as HEARD_BY_ACCOUNTS
from services.ledger.bootstrap import create_sources as journal
from services.ledger.messages import TOPICS_HEARD as HEARD_BY_LEDGER
from services.orders.core.messages import TOPICS_HEARD as HEARD_BY_ORDERS
from services.redemption.core.messages import TOPICS_HEARD as HEARD_BY_REDEMPTION

HEARD: Mapping[str, Sequence[str]] = {
    "accounts": HEARD_BY_ACCOUNTS,
    "orders": HEARD_BY_ORDERS,
    "ledger": HEARD_BY_LEDGER,
    "redemption": HEARD_BY_REDEMPTION,
}
NOBODY_TOLD = "nothing to accept: {group} is of the epoch of {publisher}"


class Adoption:
    """An operator's acts on the databases of all services, each of which begins its own epochs."""

    def __init__(self, databases: Mapping[str, Database], *, operator: str, reason: str) -> None:
        """`databases` are written with the services' own roles."""
        self._databases = databases
        self._act = {"operator": operator, "reason": reason}

    def begin(self, publisher: str, broker: Broker | None) -> Epoch:
        """Begin a new epoch of a publisher, above all that the broker has heard of; None has heard of nothing."""
        topics = sorted({topic for group in HEARD for topic in topics_between(group, publisher)})
        last = broker.last_records(topics) if broker is not None else []
        above = max([told_epoch(record) for record in last], default=1)
        with self._databases[publisher].transaction() as connection:
            return begin_epoch(connection, sources_of(publisher), relay=publisher, above=above, **self._act)

    def accept(self, group: str, publisher: str) -> Iterator[str]:
        """Have a group take the newest epoch of a publisher, which tells again what it lacks; yield what was done."""
        with self._databases[publisher].reading() as connection:
            epochs = list_epochs(connection)
            heads = all_heads(connection, sources_of(publisher))
        changed = False
        for topic in topics_between(group, publisher):
            with self._databases[group].reading() as connection:
                places = stream_places(connection, group, topic)
            bases = _bases(topic, epochs, heads, places)
            if not bases:
                continue
            changed = True
            yield from self._tell_again(publisher, topic, bases, places)
            terms = {"group": group, "topic": topic, "epoch": epochs[-1].number, "heads": bases}
            with self._databases[group].transaction() as connection:
                accept_epoch(connection, **terms, **self._act)  # type: ignore[arg-type]  # one dictionary of terms
            beyond = {
                name: at.position - bases[name] for name, at in places.items() if at.position > bases.get(name, 0)
            }
            for name, number in sorted((name, number) for name, number in beyond.items() if number > 0):
                yield f"{group} had applied {number} events of {topic} {name} that are not there any more"
            yield f"{group} takes {topic} of epoch {epochs[-1].number}, {len(bases)} streams"
        if not changed:
            yield NOBODY_TOLD.format(group=group, publisher=publisher)

    def adopt_all(self, broker: Broker | None) -> Iterator[str]:
        """Begin a new epoch everywhere and tell everybody: all databases were put back to one point."""
        for publisher in HEARD:
            epoch = self.begin(publisher, broker)
            yield f"{publisher} begins epoch {epoch.number}"
        for group, topics in HEARD.items():
            ends = broker.end_offsets(list(topics)) if broker is not None else None
            with self._databases[group].transaction() as connection:
                forgotten = forget_offsets_beyond(connection, group, ends)
            if forgotten:
                yield f"{group} reads {forgotten} partitions from their beginning"
            for publisher in HEARD:
                if publisher != group and topics_between(group, publisher):
                    yield from self.accept(group, publisher)

    def _tell_again(
        self, publisher: str, topic: str, bases: Mapping[str, int], places: Mapping[str, StreamPlace]
    ) -> Iterator[str]:
        """Have the publisher tell under its new epoch what the group has not applied, as far as that is kept."""
        with self._databases[publisher].transaction() as connection:
            published = published_positions(connection)
            for name, base in sorted(bases.items()):
                reached = min(base, places[name].position) if name in places else 0
                stream = Stream(topic, name)
                if reached >= published.get(stream, 0):
                    continue
                first = _first_after(connection, sources_of(publisher), stream, reached)
                if first != reached + 1:
                    yield f"positions {reached + 1} to {first - 1} of {topic} {name} are not kept any more"
                rewind(connection, publisher, stream, first - 1)


def topics_between(group: str, publisher: str) -> list[str]:
    """Return the topics of a publisher that a group hears."""
    return [topic for topic in HEARD[group] if topic.startswith(f"timebank.{publisher}.")]


def sources_of(publisher: str) -> list[Source]:
    """Return where the events of a publisher are kept."""
    return journal() if publisher == "ledger" else [OutboxSource()]


def _bases(
    topic: str, epochs: Sequence[Epoch], heads: Mapping[Stream, int], places: Mapping[str, StreamPlace]
) -> dict[str, int]:
    """Return what the publisher still has of each stream that the group has of an older epoch, or not at all."""
    streams = {stream for epoch in epochs[1:] for stream in epoch.heads} | set(heads)
    bases = {}
    for stream in streams | {Stream(topic, name) for name in places}:
        place = places.get(stream.name, StreamPlace(0, 0, None))
        newer = [epoch.heads.get(stream, 0) for epoch in epochs[1:] if epoch.number > place.epoch]
        if stream.topic == topic and newer:
            bases[stream.name] = min(newer)
    return bases


def _first_after(connection: Connection, sources: Sequence[Source], stream: Stream, position: int) -> int:
    for source in sources:
        if stream in source.heads(connection):
            events = source.read(connection, stream, after=position, limit=1)
            return events[0].position if events else source.heads(connection)[stream] + 1
    return position + 1
