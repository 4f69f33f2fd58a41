"""An operator has the ledger's streams published again: those of the journal, those of the outbox, and no others."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from libs.ids import new_id
from libs.outbox import OutgoingEvent, append
from libs.outbox.cursor import become_leader, mark_published
from libs.outbox.operate import NothingToRepublishError, republish
from libs.outbox.source import Stream
from services.ledger import messages
from services.ledger.bootstrap import create_sources
from services.ledger.tests.support import EAST, Ledger, earned, issue, new

BOOK = str(UUID(bytes=EAST))
CHECKPOINTS = f"checkpoints/{BOOK}"


@pytest.fixture
def published(ledger: Ledger) -> Ledger:
    """A ledger with two rows in a book and one event of its outbox, all of them published."""
    ledger.post(issue(earned(new()), 60), issue(earned(new()), 30))
    with ledger.database.transaction() as connection:
        append(
            connection,
            OutgoingEvent(
                event_id=new_id(), event_type="timebank.ledger.v1.CheckpointCoSigned", topic=messages.TOPIC,
                stream=CHECKPOINTS, key=BOOK, subject=BOOK, payload=b"", occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
            ),
        )  # fmt: skip
    with ledger.database.transaction() as connection:
        epoch = become_leader(connection, "ledger")
        positions = {Stream(messages.TOPIC, BOOK): 2, Stream(messages.TOPIC, CHECKPOINTS): 1}
        mark_published(connection, "ledger", epoch, positions)
    return ledger


@pytest.mark.parametrize(("stream", "position", "count"), [(BOOK, 1, 2), (BOOK, 2, 1), (CHECKPOINTS, 1, 1)])
def test_streams_of_journal_and_outbox_are_published_again(
    published: Ledger, stream: str, position: int, count: int
) -> None:
    assert _republish(published, stream, position) == count


@pytest.mark.parametrize(
    ("stream", "position"), [(BOOK, 3), (CHECKPOINTS, 2), ("no-such-stream", 1), (str(UUID(int=7)), 1)]
)
def test_what_was_never_published_is_refused_by_name(published: Ledger, stream: str, position: int) -> None:
    with pytest.raises(NothingToRepublishError, match=f"{stream} {position}"):
        _republish(published, stream, position)


def _republish(ledger: Ledger, stream: str, position: int) -> int:
    with ledger.database.transaction() as connection:
        terms = {"relay": "ledger", "topic": messages.TOPIC, "stream": stream, "from_position": position}
        return republish(connection, create_sources(), **terms)  # type: ignore[arg-type]  # one dictionary
