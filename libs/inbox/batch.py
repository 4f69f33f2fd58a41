"""Apply a batch of records in one transaction: decide what is new, run its effects, move every position.

The quick way runs all effects without a savepoint. When one fails, the batch is rolled back and applied again one event
at a time, which finds the bad one and sets its subject aside.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple
from uuid import NAMESPACE_URL

from sqlalchemy.engine import Connection

from libs.bus import Record, TopicPartition, headers, ordered_version
from libs.db import TRANSIENT as DATABASE_TRANSIENT, savepoint
from libs.db.driver import pipelined
from libs.ids import id_from_cause
from libs.inbox.envelope import UnreadableRecordError, unpack
from libs.inbox.events import Consumers, IncomingEvent, NotYetKnownError
from libs.inbox.parking import UNREADABLE, ParkedSubject, Parking
from libs.inbox.positions import ConcurrentMemberError, Position, PositionStore, StreamKey, SubjectKey
from libs.logs import get_logger
from libs.telling import describe
from libs.tracing import handling, is_recording

MissingPosition = tuple[StreamKey, int]

TRANSIENT = (*DATABASE_TRANSIENT, ConcurrentMemberError)


class EffectFailedError(Exception):
    """An effect failed on the quick way; which one is not known."""


class DecodedRecord(NamedTuple):
    """A record, where it is, and the event in it, or why there is none."""

    record: Record
    partition: TopicPartition
    event: IncomingEvent | None
    unreadable: str = ""


@dataclasses.dataclass
class Outcome:
    """What the loop must do once the transaction is committed."""

    offsets: dict[TopicPartition, int] = dataclasses.field(default_factory=dict)
    seeks: dict[TopicPartition, int] = dataclasses.field(default_factory=dict)
    applied: int = 0
    parked: int = 0
    gaps: list[MissingPosition] = dataclasses.field(default_factory=list)
    of_old_epoch: list[IncomingEvent] = dataclasses.field(default_factory=list)


def decode(record: Record) -> DecodedRecord:
    """Return a record with its event."""
    partition = TopicPartition(record.topic, record.partition)
    try:
        return DecodedRecord(record, partition, unpack(record))
    except UnreadableRecordError as error:
        return DecodedRecord(record, partition, None, str(error))


class Batch:
    """One attempt at one batch, in one transaction."""

    def __init__(
        self,
        connection: Connection,
        group: str,
        consumers: Consumers,
        *,
        one_by_one: bool,
        gaps_seen: Collection[MissingPosition],
        trimmed: Callable[[TopicPartition], bool],
        epochs: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`gaps_seen` are the missing positions for which the partition has been read again already.

        `epochs` says for some topics of which epoch streams are taken that were never heard.
        """
        self._connection = connection
        self._group = group
        self._consumers = consumers
        self._one_by_one = one_by_one
        self._gaps_seen = gaps_seen
        self._trimmed = trimmed
        self._epochs = epochs
        self._store = PositionStore(connection, group)
        self._parking = Parking(connection, group)
        self._planned: list[tuple[object, IncomingEvent]] = []
        self._outcome = Outcome()
        self._changed: dict[StreamKey, Position] = {}
        self._new_versions: dict[SubjectKey, int] = {}

    def apply(self, batch: Sequence[DecodedRecord]) -> Outcome:
        """Apply what is new and return what the loop must do after the commit.

        Raises:
            EffectFailedError: on the quick way, an effect failed for good: apply one by one.
        """
        events = [heard.event for heard in batch if heard.event is not None]
        states = [_subject_key(event) for event in events if event.version is not None]
        with pipelined(self._connection):
            positions = self._store.lock_positions(StreamKey(event.topic, event.stream) for event in events)
            parked = self._parking.subjects(heard.record.topic for heard in batch)
            versions = self._store.versions(states)
        self._positions, self._parked, self._versions = positions(), parked(), versions()
        seeks, offsets = self._outcome.seeks, self._outcome.offsets
        for heard in batch:
            if heard.partition not in seeks:
                offsets[heard.partition] = heard.record.offset + 1
                self._advance(heard)
        self._run_planned()
        with pipelined(self._connection):
            confirm = self._store.save_positions(self._changed)
            self._store.save_versions(self._new_versions)
            self._store.save_offsets(self._outcome.offsets)
        confirm()
        return self._outcome

    def _advance(self, heard: DecodedRecord) -> None:
        event = heard.event
        if event is None:
            self._bury_unreadable(heard)
        elif self._is_of_other_epoch(heard, event):
            return
        elif event.version is not None:
            self._advance_state(heard, event)
        else:
            self._advance_fact(heard, event)

    def _is_of_other_epoch(self, heard: DecodedRecord, event: IncomingEvent) -> bool:
        """Drop what a publisher told before it was restored, and stop its stream at what it tells afterwards.

        Where somebody told us of the restore, we are of the new epoch; else a person looks at what we know too much.
        """
        key = StreamKey(event.topic, event.stream)
        position = self._positions[key]
        if event.epoch < (position.epoch or self._epochs.get(event.topic, 1)):
            self._outcome.of_old_epoch.append(event)
            return True
        if position.epoch == 0:
            position.epoch = event.epoch
        if event.epoch > position.epoch and position.came_epoch is None:
            self._stop_at_epoch(heard, event, key, position)
        return position.came_epoch is not None

    def _stop_at_epoch(self, heard: DecodedRecord, event: IncomingEvent, key: StreamKey, position: Position) -> None:
        if position.stopped_at_offset is None:
            position.stopped_at_offset, position.partition = heard.record.offset, heard.record.partition
        position.came_epoch = event.epoch
        self._changed[key] = position
        get_logger().error(
            "stream_stopped_at_epoch",
            group=self._group,
            topic=key.topic,
            stream=key.stream,
            applied_position=position.position,
            epoch=position.epoch,
            came_epoch=event.epoch,
        )

    def _advance_state(self, heard: DecodedRecord, event: IncomingEvent) -> None:
        """States carry the version of their subject: newer is applied; compaction makes gaps in positions normal."""
        key = StreamKey(event.topic, event.stream)
        position = self._positions[key]
        position.position = max(position.position, event.position)
        self._moved(key, position, heard)
        subject = _subject_key(event)
        assert event.version is not None
        version = ordered_version(event.epoch, event.version)
        if version > self._versions.get(subject, -1):
            self._versions[subject] = self._new_versions[subject] = version
            self._plan(event)

    def _advance_fact(self, heard: DecodedRecord, event: IncomingEvent) -> None:
        key = StreamKey(event.topic, event.stream)
        position = self._positions[key]
        reached = position.position
        if event.position <= reached:
            return
        if event.position > reached + 1 and not self._is_first_kept(heard, position):
            self._meet_gap(heard, event, key, position)
            return
        position.position = event.position
        self._moved(key, position, heard)
        self._plan(event)
        if position.stopped_at_offset is not None:
            # What was missing has come: read again what had to be passed over while it was not there.
            self._seek(heard.partition, position.stopped_at_offset)
            position.stopped_at_offset = None
            get_logger().info("stream_goes_on", group=self._group, topic=key.topic, stream=key.stream)

    def _meet_gap(self, heard: DecodedRecord, event: IncomingEvent, key: StreamKey, position: Position) -> None:
        """Read the partition again from the last event applied; if the gap stays, stop the stream and tell."""
        if position.stopped_at_offset is not None:
            return
        missing = (key, position.position + 1)
        if missing not in self._gaps_seen:
            self._outcome.gaps.append(missing)
            self._seek(heard.partition, position.offset + 1 if position.position else 0)
            return
        position.stopped_at_offset = heard.record.offset
        position.partition = heard.record.partition
        self._changed[key] = position
        get_logger().error(
            "stream_stopped",
            group=self._group,
            topic=key.topic,
            stream=key.stream,
            missing_position=position.position + 1,
            came_position=event.position,
        )

    def _is_first_kept(self, heard: DecodedRecord, position: Position) -> bool:
        """Tell whether the broker keeps nothing earlier of a stream this group has never heard."""
        return position.stored == 0 and position.position == 0 and self._trimmed(heard.partition)

    def _seek(self, partition: TopicPartition, offset: int) -> None:
        self._outcome.seeks[partition] = min(offset, self._outcome.seeks.get(partition, offset))
        self._outcome.offsets[partition] = self._outcome.seeks[partition]

    def _moved(self, key: StreamKey, position: Position, heard: DecodedRecord) -> None:
        position.partition, position.offset = heard.record.partition, heard.record.offset
        self._changed[key] = position

    def _plan(self, event: IncomingEvent) -> None:
        self._outcome.applied += 1
        if self._parked and ParkedSubject(event.topic, event.subject) in self._parked:
            self._parking.park(event, state="queued", reason="behind an earlier event of its subject")
            self._outcome.parked += 1
        elif self._one_by_one:
            self._run_one(event)
        elif (function := function_for(self._consumers, event.event_type)) is not None:
            self._planned.append((function, event))

    def _run_planned(self) -> None:
        try:
            for function, run in groupby(self._planned, itemgetter(0)):
                run_effects(self._connection, function, [event for _, event in run], self._consumers)
        except TRANSIENT:
            raise
        except Exception as error:
            raise EffectFailedError from error

    def _run_one(self, event: IncomingEvent) -> None:
        try:
            with savepoint(self._connection):
                run_one(self._connection, self._consumers, event)
        except TRANSIENT:
            raise
        except NotYetKnownError as error:
            self._set_aside(event, state="waiting", reason=str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, the event waits for a person
            get_logger().error("event_is_dead", group=self._group, **_ids(event), error=describe(error))
            self._set_aside(event, state="dead", reason=describe(error))

    def _set_aside(self, event: IncomingEvent, *, state: str, reason: str) -> None:
        self._parking.park(event, state=state, reason=reason)
        self._parked.add(ParkedSubject(event.topic, event.subject))
        self._outcome.parked += 1

    def _bury_unreadable(self, heard: DecodedRecord) -> None:
        """Keep the bytes of what is no event of ours; it has no position, so nothing waits for it."""
        event = unreadable_event(heard.record)
        if ParkedSubject(event.topic, event.subject) not in self._parked:
            get_logger().error("record_is_unreadable", group=self._group, topic=event.topic, subject=event.subject)
            self._set_aside(event, state="dead", reason=heard.unreadable)


def function_for(consumers: Consumers, event_type: str) -> object | None:
    """Return what runs the effects of a type; None when this service does not hear it."""
    return consumers.batch_functions.get(event_type) or consumers.functions.get(event_type)


def run_one(connection: Connection, consumers: Consumers, event: IncomingEvent) -> None:
    """Run the effects of one event, if it has any here."""
    function = function_for(consumers, event.event_type)
    if function is not None:
        run_effects(connection, function, [event], consumers)


def run_effects(
    connection: Connection, function: object, events: Sequence[IncomingEvent], consumers: Consumers
) -> None:
    """Run a batch function once for all events, or a function once for each, in the trace of their cause."""
    first = events[0]
    batch_function = consumers.batch_functions.get(first.event_type)
    if batch_function is not None and batch_function is function:
        with handling(first.event_type, first.headers, group_size=len(events)):
            batch_function(connection, events)
        return
    for event in events:
        _run_single(connection, consumers.functions, event)


def _run_single(connection: Connection, functions: Mapping[str, Callable[..., None]], event: IncomingEvent) -> None:
    if headers.TRACEPARENT in event.headers or is_recording():
        with handling(event.event_type, event.headers):
            functions[event.event_type](connection, event)
    else:
        functions[event.event_type](connection, event)


def unreadable_event(record: Record) -> IncomingEvent:
    """Return a stand-in for a record without a readable envelope, so that its bytes can be kept in this database."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    return IncomingEvent(
        event_id=id_from_cause(NAMESPACE_URL, place),
        event_type=UNREADABLE,
        topic=record.topic,
        stream=f"partition/{record.partition}",
        position=record.offset,
        version=None,
        key=record.key,
        subject=f"unreadable/{record.partition}/{record.offset}",
        payload=record.value,
        occurred_at=datetime(1970, 1, 1, tzinfo=UTC),
    )


def _subject_key(event: IncomingEvent) -> SubjectKey:
    return SubjectKey(event.topic, event.event_type, event.subject)


def _ids(event: IncomingEvent) -> dict[str, object]:
    return {
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "topic": event.topic,
        "stream": event.stream,
        "position": event.position,
        "subject": event.subject,
    }
