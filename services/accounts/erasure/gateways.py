"""Whose data ended, as the broker still knows it: for an operator who put back a database that is older than that."""

from __future__ import annotations

from collections.abc import Iterator

from libs.bus import Broker, headers
from libs.bus.reading import TopicSilentError, read_whole
from libs.programme.words import PersonStatus
from services.accounts.core.messages import STATES

GROUP_BEGINS = "tombstones-"
PERSON = "timebank.accounts.v1.PersonState"


def ended_on_broker(broker: Broker) -> list[dict[str, str]]:
    """Return the persons whose last state on the broker is a tombstone, in the form of `ended_persons`."""
    last = dict(_states(broker))
    erased = PersonStatus.ERASED.value
    return [{"person_id": subject, "status": erased, "erase_on": ""} for subject, is_end in last.items() if is_end]


def _states(broker: Broker) -> Iterator[tuple[str, bool]]:
    """(person, whether it is a tombstone) of each state; where the last of a partition are gone, what is there."""
    try:
        for record in read_whole(broker, STATES, group_begins=GROUP_BEGINS):
            if record.headers.get(headers.TYPE) == PERSON:
                yield record.headers[headers.SUBJECT], record.value is None
    except TopicSilentError:
        return
