"""Close a month of a district's book: state what was recorded in it, and make the statement part of the log."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from libs.clock import to_microseconds
from libs.db import Connection
from services.ledger.domain.closing import ClosePeriod, Month, Moved, Statement, digest_of
from services.ledger.domain.errors import (
    NotSealedYetError,
    PeriodAlreadyClosedError,
    PeriodEmptyError,
    PeriodNotOverError,
)
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import WalletClass
from services.ledger.store import closing_store
from services.ledger.store.closing_store import Closed
from services.ledger.store.leaves import LogBook, find_book
from services.ledger.usecases.post import Postings


def close_period(
    connection: Connection, postings: Postings, *, close_id: UUID, district_id: UUID, month: Month, closed_by: UUID
) -> dict[str, Any]:
    """Close a month; the statement and its row are written together.

    Raises:
        PeriodNotOverError, PeriodEmptyError, PeriodAlreadyClosedError, NotSealedYetError
    """
    if postings.now_us() < to_microseconds(month.ends_at):
        raise PeriodNotOverError(month=str(month))
    book = find_book(connection, district_id)
    if book is None:
        raise PeriodEmptyError(month=str(month))
    statement = state_month(connection, book, month)
    closing_store.lock_book(connection, book.book)
    if closing_store.find_month(connection, district_id, str(month)) is not None:
        raise PeriodAlreadyClosedError(month=str(month))
    # Whoever posted meanwhile with a clock that is behind would have a row in the month.
    next_at = closing_store.recorded_at(connection, book.book, statement.last_position + 1)
    if next_at is not None and next_at < to_microseconds(month.ends_at):
        statement = state_month(connection, book, month)
    text = statement.text()
    terms = Terms(cause=digest_of(text)[:16], act_id=close_id.bytes, actor=closed_by.bytes)
    (posted,) = postings.post(connection, [ClosePeriod(close_id.bytes, district_id.bytes, terms)])
    closed_at = closing_store.recorded_at(connection, book.book, posted.pos)
    assert closed_at is not None
    closed = Closed(close_id, district_id, str(month), text, closed_by, closed_at)
    closing_store.add(connection, closed)
    return as_answer(closed)


def state_month(connection: Connection, book: LogBook, month: Month) -> Statement:
    """The statement of a month, from the journal; it goes on from that of the last month closed before.

    Raises:
        NotSealedYetError: no signed head covers the month's last row yet.
    """
    began_us, ended_us = to_microseconds(month.begins_at), to_microseconds(month.ends_at)
    before = closing_store.last_before(connection, book.book, began_us)
    last = closing_store.last_before(connection, book.book, ended_us)
    head = closing_store.first_head(connection, book.book, max(last, 1))
    if head is None:
        raise NotSealedYetError(position=last, sealed=0)
    opening = _opening(connection, book, month, before)
    changes = closing_store.change_by_class(connection, book.book, after=before, upto=last)
    late_entries, late_minutes = closing_store.late_rows(
        connection, book.book, after=before, upto=last, began_us=began_us
    )
    return Statement(
        district_id=str(book.district_id),
        month=str(month),
        begins_at=month.begins_at.isoformat(),
        ends_at=month.ends_at.isoformat(),
        first_position=before + 1,
        last_position=last,
        opening=opening,
        closing=_added(opening, changes),
        moved=[
            Moved(Reason(reason).label, entries, minutes)
            for reason, entries, minutes in closing_store.moved_by_reason(
                connection, book.book, after=before, upto=last
            )
        ],
        late_entries=late_entries,
        late_minutes=late_minutes,
        checkpoint_size=head[0],
        checkpoint_root=head[1].hex(),
    )


def _opening(connection: Connection, book: LogBook, month: Month, position: int) -> dict[str, int]:
    earlier = closing_store.last_closed_before(connection, book.district_id, str(month))
    known: dict[str, Any] = json.loads(earlier.statement) if earlier else {"closing": {}, "last_position": 0}
    after = known["last_position"]
    return _added(known["closing"], closing_store.change_by_class(connection, book.book, after=after, upto=position))


def _added(balances: dict[str, int], changes: dict[int, int]) -> dict[str, int]:
    by_name = {WalletClass(number).name.lower(): change for number, change in changes.items()}
    return {name: balances.get(name, 0) + by_name.get(name, 0) for name in sorted({*balances, *by_name})}


def as_answer(closed: Closed) -> dict[str, Any]:
    """A closed period as people see it; `close_id` is also the id of its row, of which there is a receipt."""
    return {
        "close_id": str(closed.close_id),
        "district_id": str(closed.district_id),
        "month": closed.month,
        "closed_by": str(closed.closed_by),
        "statement": json.loads(closed.statement),
        "statement_sha256": digest_of(closed.statement).hex(),
    }
