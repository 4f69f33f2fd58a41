"""Close a month of a district's book, by two: state what was recorded in it, and make the statement part of the log."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.clock import to_microseconds
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme import two_people
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
from services.ledger.store import closing_store, proposal_store
from services.ledger.store.closing_store import Closed
from services.ledger.store.leaves import LogBook, find_book
from services.ledger.store.proposal_store import Decided, Proposal
from services.ledger.usecases.post import Postings
from services.ledger.usecases.proposals import as_proposal, decision_on, second_word, state_of


def propose_close(connection: Connection, proposal: Proposal, *, now: datetime) -> dict[str, Any]:
    """Record that a month is to be closed; nothing is stated before a second person says yes.

    Raises:
        PeriodNotOverError, PeriodAlreadyClosedError
        IdReusedError: somebody else proposed something under this id.
    """
    assert proposal.month is not None
    if proposal_store.is_taken(connection, proposal.proposal_id):
        raise IdReusedError(proposal_id=proposal.proposal_id)
    _refuse_unclosable(connection, proposal.district_id, Month.parse(proposal.month), now)
    proposal_store.add(connection, proposal)
    return as_answer(proposal, None, None, now=now)


def decide_close(
    connection: Connection, postings: Postings, proposal: Proposal, verdict: two_people.Verdict
) -> dict[str, Any]:
    """Close the month that another person proposed to close, or turn it down.

    Raises:
        MakerIsCheckerError, AlreadyDecidedError, ProposalLapsedError
        PeriodNotOverError, PeriodEmptyError, PeriodAlreadyClosedError, NotSealedYetError
        IdReusedError: something else was posted under this id.
    """
    decided = decision_on(connection, proposal, verdict)
    closed = _close(connection, postings, proposal, checker=verdict.by) if verdict.ok else None
    proposal_store.add_decision(connection, proposal.proposal_id, decided)
    return as_answer(proposal, decided, closed, now=verdict.at)


def _refuse_unclosable(connection: Connection, district_id: UUID, month: Month, now: datetime) -> None:
    if now < month.ends_at:
        raise PeriodNotOverError(month=str(month))
    if closing_store.find_month(connection, district_id, str(month)) is not None:
        raise PeriodAlreadyClosedError(month=str(month))


def _close(connection: Connection, postings: Postings, proposal: Proposal, *, checker: UUID) -> Closed:
    """Close a month; the statement and its row are written together, in the names of both."""
    assert proposal.month is not None
    close_id, district_id, month = proposal.proposal_id, proposal.district_id, Month.parse(proposal.month)
    closed_by = proposal.proposed_by
    book = find_book(connection, district_id)
    if book is None:
        raise PeriodEmptyError(month=str(month))
    statement = state_month(connection, book, month)
    closing_store.lock_book(connection, book.book)
    _refuse_unclosable(connection, district_id, month, postings.clock.now())
    # Whoever posted meanwhile with a clock that is behind would have a row in the month.
    next_at = closing_store.recorded_at(connection, book.book, statement.last_position + 1)
    if next_at is not None and next_at < to_microseconds(month.ends_at):
        statement = state_month(connection, book, month)
    text = statement.text()
    terms = Terms(cause=digest_of(text)[:16], act_id=close_id.bytes, actor=closed_by.bytes, checker=checker.bytes)
    (posted,) = postings.post(connection, [ClosePeriod(close_id.bytes, district_id.bytes, terms)])
    posted.raise_refusal()
    if not posted.is_new:  # The id is that of another posting: its row says nothing of this month.
        raise IdReusedError(proposal_id=close_id)
    closed_at = closing_store.recorded_at(connection, book.book, posted.pos)
    assert closed_at is not None
    closed = Closed(close_id, district_id, str(month), text, closed_by, closed_at)
    closing_store.add(connection, closed)
    return closed


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


def as_answer(proposal: Proposal, decided: Decided | None, closed: Closed | None, *, now: datetime) -> dict[str, Any]:
    """A period as people see it; `close_id` is also the id of its row, of which there is a receipt."""
    of = as_proposal(proposal, decided)
    return {
        "close_id": str(proposal.proposal_id),
        "district_id": str(proposal.district_id),
        "month": proposal.month,
        "state": state_of(of, now=now),
        "closed_by": str(closed.closed_by) if closed else None,
        "statement": json.loads(closed.statement) if closed else None,
        "statement_sha256": digest_of(closed.statement).hex() if closed else None,
    } | second_word(of, "decide_period_close")
