"""How a service tells: a frozen dataclass with its contract above it, published in the transaction of the change.

Every event's id follows from its cause by one rule: the cause (a caller's command, an event heard), the kind and the
subject. What is tried again because its transaction was not kept tells the same event, not another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from libs.db import Connection
from libs.events.encoding import encoder
from libs.ids import id_from_cause
from libs.outbox import OutgoingEvent, append


class Cause(Protocol):
    """What makes something happen: a caller's command or an event, and when."""

    @property
    def cause(self) -> UUID:
        """Return its id: the same again when it comes again."""

    @property
    def now(self) -> datetime:
        """Return the platform's time."""


_MARK = "__tells__"
F = TypeVar("F", bound=type)


@dataclass(frozen=True)
class _Telling:
    """The contract of a form, and which of its fields says what it is about."""

    event_type: str
    subject: str
    encode: Callable[[Any], Message]


def tells(kind: type[Message], *, subject: str) -> Callable[[F], F]:
    """Tell the dataclass below as this kind of event, about the subject that its field of this name says."""

    def mark(form: F) -> F:
        setattr(form, _MARK, _Telling(str(kind.DESCRIPTOR.full_name), subject, encoder(kind, form)))
        return form

    return mark


def outgoing(event: object, *, topic: str, stream: str, cause: UUID, at: datetime) -> OutgoingEvent:
    """Return an event as it is published; its key is its stream."""
    telling: _Telling = getattr(type(event), _MARK)
    subject = str(getattr(event, telling.subject))
    return OutgoingEvent(
        event_id=id_from_cause(cause, telling.event_type, subject),
        event_type=telling.event_type,
        topic=topic,
        stream=stream,
        key=stream,
        subject=subject,
        payload=telling.encode(event).SerializeToString(deterministic=True),
        occurred_at=at,
    )


def publish(connection: Connection, event: object, *, topic: str, stream: str, cause: UUID, at: datetime) -> None:
    """Publish an event if, and only if, this transaction commits."""
    append(connection, outgoing(event, topic=topic, stream=stream, cause=cause, at=at))


def publish_state(
    connection: Connection,
    state: object,
    *,
    topic: str,
    stream: str,
    version: int,
    cause: UUID,
    at: datetime,
    is_end: bool = False,
) -> None:
    """Publish a version of what a state is about, or its end: a tombstone. A cause may give several versions."""
    event = outgoing(state, topic=topic, stream=stream, cause=cause, at=at)
    append(
        connection,
        replace(
            event,
            event_id=id_from_cause(event.event_id, str(version)),
            key=event.subject,
            version=version,
            payload=None if is_end else event.payload,
        ),
    )
