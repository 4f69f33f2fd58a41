"""Events set aside: a subject whose event cannot be applied waits, and all its later events with it, in their order.

The first event of a parked subject is `waiting` (for something not yet known; it is tried again with back-off) or
`dead` (an operator must mend it); those behind it are `queued`. Everything of other subjects flows.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import sqlalchemy
from sqlalchemy.engine import Connection, Row

from libs.db.driver import run
from libs.inbox.events import IncomingEvent

UNREADABLE = "unreadable"
RETRY_SECONDS_MIN = 0.05
RETRY_SECONDS_MAX = 10.0
WAITING_SECONDS_MAX = 900
SUBJECTS_PER_ROUND_MAX = 50
EVENTS_PER_SUBJECT_AND_ROUND_MAX = 500
REASON_CHARACTERS_MAX = 2000


class ParkedSubject(NamedTuple):
    """What is parked."""

    topic: str
    subject: str


class ParkedEvent(NamedTuple):
    """An event that is set aside, and why."""

    number: int
    event: IncomingEvent
    state: str
    reason: str
    attempts: int


class Parking:
    """The events one group has set aside, in one transaction."""

    def __init__(self, connection: Connection, group: str) -> None:
        self._connection = connection
        self._group = group

    def subjects(self, topics: Iterable[str]) -> Callable[[], set[ParkedSubject]]:
        """Ask for the parked subjects of these topics; what is returned gives them."""
        rows = run(self._connection, _SUBJECTS, {"group": self._group, "topics": sorted(set(topics))})
        return lambda: {ParkedSubject(topic, subject) for topic, subject in rows}

    def park(self, event: IncomingEvent, *, state: str, reason: str) -> None:
        """Set an event aside behind those of its subject that are."""
        terms = {
            "group": self._group,
            "topic": event.topic,
            "subject": event.subject,
            "stream": event.stream,
            "position": event.position,
            "event_id": event.event_id,
            "event_type": event.event_type,
            "key": event.key,
            "payload": event.payload,
            "version": event.version,
            "occurred_at": event.occurred_at,
            "headers": json.dumps(dict(event.headers)),
            "state": state,
            "reason": reason[:REASON_CHARACTERS_MAX],
            "seconds": back_off_seconds(0),
        }
        self._connection.execute(_PARK, terms)

    def due_subjects(self) -> list[ParkedSubject]:
        """Return the subjects whose first event should be tried now."""
        rows = self._connection.execute(_DUE, {"group": self._group, "limit": SUBJECTS_PER_ROUND_MAX})
        return [ParkedSubject(topic, subject) for topic, subject in rows]

    def lock_events(self, subject: ParkedSubject) -> list[ParkedEvent]:
        """Load a subject's events in order; none when another member has them locked."""
        terms = {"group": self._group, **subject._asdict(), "limit": EVENTS_PER_SUBJECT_AND_ROUND_MAX}
        return [parked_event(row) for row in self._connection.execute(_LOCK, terms)]

    def remove(self, subject: ParkedSubject, number: int) -> None:
        """Forget an event that has been applied after all."""
        self._connection.execute(_REMOVE, {"group": self._group, **subject._asdict(), "number": number})

    def wait_longer(self, subject: ParkedSubject, event: ParkedEvent, reason: str) -> bool:
        """Try again later; after WAITING_SECONDS_MAX the event is dead. Tell whether it is."""
        seconds = back_off_seconds(event.attempts + 1)
        terms = {"number": event.number, "reason": reason[:REASON_CHARACTERS_MAX], "seconds": seconds}
        bound = {"bound": WAITING_SECONDS_MAX}
        state = self._connection.scalar(_WAIT, {"group": self._group, **subject._asdict(), **terms, **bound})
        return bool(state == "dead")

    def declare_dead(self, subject: ParkedSubject, event: ParkedEvent, reason: str) -> None:
        """Leave the event to an operator."""
        terms = {"number": event.number, "reason": reason[:REASON_CHARACTERS_MAX]}
        self._connection.execute(_DEAD, {"group": self._group, **subject._asdict(), **terms})

    def unannounced(self, limit: int) -> list[ParkedEvent]:
        """Return dead events that are not on the dead-letter topic yet."""
        rows = self._connection.execute(_UNANNOUNCED, {"group": self._group, "limit": limit})
        return [parked_event(row) for row in rows]

    def mark_announced(self, numbers: Sequence[int]) -> None:
        """Remember that these are on the dead-letter topic."""
        self._connection.execute(_ANNOUNCED, {"group": self._group, "numbers": list(numbers)})

    def counts(self) -> dict[str, int]:
        """Return how many events are in each state."""
        return {row.state: row.number for row in self._connection.execute(_COUNTS, {"group": self._group})}


def back_off_seconds(attempts: int) -> float:
    """Return how long to wait after so many attempts: doubling, bounded, never in step with others."""
    return min(RETRY_SECONDS_MIN * 2.0 ** min(attempts, 12), RETRY_SECONDS_MAX) * random.uniform(0.7, 1.3)


def is_open(event: IncomingEvent) -> bool:
    """Tell whether an event's bytes may leave this database: facts hold ids only, states may tell of a person."""
    return event.version is None and event.event_type != UNREADABLE


def digest_of(event: IncomingEvent) -> str:
    """Return what an event's bytes are known by."""
    return hashlib.sha256(event.payload).hexdigest() if event.payload is not None else ""


def parked_event(row: Row[tuple[object, ...]]) -> ParkedEvent:
    """Return the event a row of `inbox_parked` holds."""
    event = IncomingEvent(
        event_id=row.event_id,
        event_type=row.event_type,
        topic=row.topic,
        stream=row.stream,
        position=row.position,
        version=row.version,
        key=row.key,
        subject=row.subject,
        payload=row.payload,
        occurred_at=row.occurred_at,
        headers=row.headers,
    )
    return ParkedEvent(row.number, event, row.state, row.reason, row.attempts)


_WHERE = "WHERE group_name = :group AND topic = :topic AND subject = :subject"

_SUBJECTS = """
SELECT DISTINCT topic, subject FROM inbox_parked WHERE group_name = %(group)s AND topic = ANY(%(topics)s)"""

_PARK = sqlalchemy.text("""
INSERT INTO inbox_parked (group_name, topic, subject, stream, position, event_id, event_type, key, payload, version,
    occurred_at, headers, state, reason, attempts, retry_at)
VALUES (:group, :topic, :subject, :stream, :position, :event_id, :event_type, :key, :payload, :version, :occurred_at,
    CAST(:headers AS jsonb), :state, :reason, CASE WHEN :state = 'queued' THEN 0 ELSE 1 END,
    clock_timestamp() + :seconds * interval '1 second')""")

# The head of each subject; a queued head has lost the one before it and goes on at once.
_DUE = sqlalchemy.text("""
SELECT topic, subject FROM (
    SELECT DISTINCT ON (topic, subject) topic, subject, state, retry_at FROM inbox_parked WHERE group_name = :group
    ORDER BY topic, subject, number) AS head
WHERE state = 'queued' OR (state = 'waiting' AND retry_at <= clock_timestamp())
ORDER BY retry_at LIMIT :limit""")

_LOCK = sqlalchemy.text(f"SELECT * FROM inbox_parked {_WHERE} ORDER BY number LIMIT :limit FOR UPDATE SKIP LOCKED")

_REMOVE = sqlalchemy.text(f"DELETE FROM inbox_parked {_WHERE} AND number = :number")

_WAIT = sqlalchemy.text(f"""
UPDATE inbox_parked SET attempts = attempts + 1, reason = :reason,
    retry_at = clock_timestamp() + :seconds * interval '1 second',
    state = CASE WHEN clock_timestamp() - parked_at > :bound * interval '1 second' THEN 'dead' ELSE 'waiting' END
{_WHERE} AND number = :number RETURNING state""")

_DEAD = sqlalchemy.text(f"""
UPDATE inbox_parked SET attempts = attempts + 1, reason = :reason, state = 'dead', announced = false
{_WHERE} AND number = :number""")

_UNANNOUNCED = sqlalchemy.text("""
SELECT * FROM inbox_parked WHERE group_name = :group AND state = 'dead' AND NOT announced
ORDER BY number LIMIT :limit""")

_ANNOUNCED = sqlalchemy.text("""
UPDATE inbox_parked SET announced = true WHERE group_name = :group AND number = ANY(:numbers)""")

_COUNTS = sqlalchemy.text("SELECT state, count(*) AS number FROM inbox_parked WHERE group_name = :group GROUP BY state")
