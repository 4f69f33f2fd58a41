"""A broker's record as an event heard."""

from __future__ import annotations

import sys
from datetime import datetime
from uuid import UUID

from libs.bus import Record, headers
from libs.inbox.events import IncomingEvent


class UnreadableRecordError(ValueError):
    """The record is not one of our events: a header is missing or makes no sense."""


def unpack(record: Record) -> IncomingEvent:
    """Return the event a record carries.

    Raises:
        UnreadableRecordError: it carries none.
    """
    attributes = record.headers
    try:
        version = attributes.get(headers.VERSION)
        return IncomingEvent(
            event_id=UUID(attributes[headers.ID]),
            event_type=sys.intern(attributes[headers.TYPE]),
            topic=record.topic,
            stream=attributes[headers.STREAM],
            position=int(attributes[headers.POSITION]),
            version=int(version) if version is not None else None,
            key=attributes.get(headers.PARTITION_KEY, record.key),
            subject=attributes[headers.SUBJECT],
            payload=record.value,
            occurred_at=datetime.fromisoformat(attributes[headers.TIME]),
            headers=attributes,
        )
    except (KeyError, ValueError) as error:
        raise UnreadableRecordError(f"{type(error).__name__}: {error}") from error
