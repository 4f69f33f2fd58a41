"""Try parked subjects again, and put dead events on the dead-letter topic."""

from __future__ import annotations

from libs.bus import OutgoingRecord, Publisher, headers
from libs.db import Database, savepoint
from libs.inbox.batch import TRANSIENT, run_one
from libs.inbox.events import Consumers, NotYetKnownError
from libs.inbox.parking import ParkedEvent, ParkedSubject, Parking, digest_of, is_open
from libs.telling import describe

ANNOUNCED_PER_ROUND_MAX = 100


def dead_letter_topic(topic: str, group: str) -> str:
    """Return the topic to which a group's dead events go."""
    return f"{topic}.{group}.dlq"


def retry_due(database: Database, group: str, consumers: Consumers) -> int:
    """Try every parked subject that is due; return how many events were applied."""
    with database.reading() as connection:
        due = Parking(connection, group).due_subjects()
    return sum(retry_subject(database, group, consumers, subject) for subject in due)


def retry_subject(database: Database, group: str, consumers: Consumers, subject: ParkedSubject) -> int:
    """Apply a parked subject's events in their order, until one cannot be applied."""
    applied = 0
    with database.transaction() as connection:
        parking = Parking(connection, group)
        for parked in parking.lock_events(subject):
            if parked.state == "dead":
                break
            try:
                with savepoint(connection):
                    run_one(connection, consumers, parked.event)
            except TRANSIENT:
                raise
            except NotYetKnownError as error:
                parking.wait_longer(subject, parked, str(error))
                break
            except Exception as error:  # noqa: BLE001 - whatever it was, the event waits for a person
                parking.declare_dead(subject, parked, describe(error))
                break
            parking.remove(subject, parked.number)
            applied += 1
    return applied


def announce_dead(database: Database, group: str, publisher: Publisher) -> int:
    """Publish dead events that are not on their dead-letter topic yet; return how many."""
    with database.reading() as connection:
        dead = Parking(connection, group).unannounced(ANNOUNCED_PER_ROUND_MAX)
    if not dead:
        return 0
    publisher.publish([dead_letter(group, parked) for parked in dead])
    with database.transaction() as connection:
        Parking(connection, group).mark_announced([parked.number for parked in dead])
    return len(dead)


def dead_letter(group: str, parked: ParkedEvent) -> OutgoingRecord:
    """Return the record of a dead event: its headers, why it is here, and of an open fact its own bytes.

    What may tell of a person, a state or what is no event of ours, stays in this database; its digest is told.
    """
    event = parked.event
    payload = event.payload if is_open(event) else None
    why = [
        (headers.DEAD_REASON, parked.reason),
        (headers.DEAD_ATTEMPTS, str(parked.attempts)),
        (headers.DEAD_GROUP, group),
        (headers.DEAD_TOPIC, event.topic),
        (headers.DEAD_DIGEST, digest_of(event)),
    ]
    return OutgoingRecord(dead_letter_topic(event.topic, group), event.subject, payload, [*event.headers.items(), *why])
