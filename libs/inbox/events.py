"""What a consumer sees of an event, and how a service says which events it hears."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.ids import id_from_cause
from libs.telling import TellableError


class IncomingEvent(NamedTuple):
    """A fact another service committed.

    `position` is gapless within the stream (a topic and a name). `version` is given on state topics, where `payload`
    None is a tombstone: delete what is known of the subject. `epoch` is the life of the publisher's database.
    """

    event_id: UUID
    event_type: str
    topic: str
    stream: str
    position: int
    version: int | None
    key: str
    subject: str
    payload: bytes | None
    occurred_at: datetime
    headers: Mapping[str, str] = MappingProxyType({})
    epoch: int = 1


EventFunction = Callable[[Connection, IncomingEvent], None]
BatchFunction = Callable[[Connection, Sequence[IncomingEvent]], None]
Lacking = Callable[[Connection], Mapping[str, str]]
"""Tells of which states, by event type and with their topic, an earlier release kept less than this one reads."""


class NotYetKnownError(TellableError):
    """The event names something this service has not heard of yet: its subject waits and is tried again."""

    def __init__(self, *, subject: str) -> None:
        super().__init__(f"nothing is known yet of {subject}")
        self.subject = subject


@dataclasses.dataclass(frozen=True)
class Consumers:
    """What a service hears: the topics, and one function per event type; other types are passed over.

    A batch function gets runs of consecutive events at once; it is used where a type has both. States that are
    `lacking` something are read again from the first that is kept, whenever a member is given their partition.
    """

    topics: Sequence[str]
    functions: Mapping[str, EventFunction]
    batch_functions: Mapping[str, BatchFunction] = dataclasses.field(default_factory=dict)
    lacking: Lacking = lambda _connection: {}


def effect_id(event: IncomingEvent, *parts: str) -> UUID:
    """Return the id of an effect of this event: the same again when it is delivered again."""
    return id_from_cause(event.event_id, *parts)
