"""A committed event as a record of the broker: CloudEvents in headers, protobuf as value."""

from __future__ import annotations

from libs.bus import OutgoingRecord, headers, ordered_version
from libs.outbox.source import StoredEvent

_SPEC_VERSION = (headers.SPEC_VERSION, "1.0")
_PROTOBUF = (headers.CONTENT_TYPE, "application/protobuf")


def pack(event: StoredEvent, epoch: int) -> OutgoingRecord:
    """Return the record of an event as a life of its database tells it.

    The events of a stream share a partition, because their positions are heard in order; a stream may have many keys.
    On a state topic the record's key is type and key, so that compaction never lets one kind of state push out another
    that has the same subject.
    """
    attributes = [
        _SPEC_VERSION,
        (headers.ID, str(event.event_id)),
        (headers.SOURCE, "/" + event.topic),
        (headers.TYPE, event.event_type),
        (headers.SUBJECT, event.subject),
        (headers.TIME, event.occurred_at.isoformat()),
        (headers.STREAM, event.stream),
        (headers.POSITION, str(event.position)),
        (headers.EPOCH, str(epoch)),
    ]
    if event.payload is not None:
        attributes.append(_PROTOBUF)
    if event.traceparent is not None:
        attributes.append((headers.TRACEPARENT, event.traceparent))
    if event.version is None:
        return OutgoingRecord(event.topic, event.key, event.payload, attributes, together=event.stream)
    attributes.append((headers.PARTITION_KEY, event.key))
    attributes.append((headers.VERSION, str(event.version)))
    key = f"{event.event_type}/{event.key}"
    version = ordered_version(epoch, event.version)
    return OutgoingRecord(event.topic, key, event.payload, attributes, version, together=event.stream)
