"""A broker's record as an event heard."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.bus import Record, headers
from libs.inbox.events import IncomingEvent
from libs.telling import TellableError


class UnreadableRecordError(TellableError, ValueError):
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
            UUID(attributes[headers.ID]),
            attributes[headers.TYPE],
            record.topic,
            attributes[headers.STREAM],
            int(attributes[headers.POSITION]),
            int(version) if version is not None else None,
            attributes.get(headers.PARTITION_KEY, record.key),
            attributes[headers.SUBJECT],
            record.value,
            datetime.fromisoformat(attributes[headers.TIME]),
            attributes,
            int(attributes.get(headers.EPOCH, "1")),
        )
    except KeyError as error:
        raise UnreadableRecordError(f"the header {error} is missing") from error
    except ValueError as error:
        raise UnreadableRecordError("a header is no id, number or instant") from error
