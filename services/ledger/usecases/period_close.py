"""Close a month of a district's book, by two: state what was recorded in it, and make the statement part of the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.clock import to_microseconds
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme import two_people
from services.ledger.domain.closing import FIRST_MONTH, ClosePeriod, Month, Moved, Statement, digest_of
from services.ledger.domain.errors import (
    NotAddedUpYetError,
    NotSealedYetError,
    PeriodAlreadyClosedError,
    PeriodEmptyError,
    PeriodNotOverError,
)
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import BETWEEN_TWINS, Reason
from services.ledger.domain.wallets import WalletClass
from services.ledger.store import closing_store, proposal_store
from services.ledger.store.closing_store import Closed
from services.ledger.store.leaves import LogBook, find_book
from services.ledger.store.proposal_store import Decided, Proposal
from services.ledger.store.sums_store import ROWS_AT_ONCE, MonthSum, summed_upto, sums_of
from services.ledger.usecases.post import Postings
from services.ledger.usecases.proposals import as_proposal, decision_on, second_word, state_of

SumsOf = Callable[[Connection, int, date, date], list[MonthSum]]
"""Gives the sums of a book's months from one to another."""


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
        PeriodNotOverError, PeriodEmptyError, PeriodAlreadyClosedError, NotSealedYetError, NotAddedUpYetError
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
    _refuse_unsummed(connection, book, month)
    statement = state_month(connection, book, month, sums=sums_of)
    closing_store.lock_book(connection, book.book)
    _refuse_unclosable(connection, district_id, month, postings.clock.now())
    # Whoever posted meanwhile with a clock that is behind would have a row in the month.
    next_at = closing_store.recorded_at(connection, book.book, statement.last_position + 1)
    if next_at is not None and next_at < to_microseconds(month.ends_at):
        statement = state_month(connection, book, month, sums=sums_of)
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


def _refuse_unsummed(connection: Connection, book: LogBook, month: Month) -> None:
    """Add nothing up while somebody waits: that is done beforehand, some thousand rows in a transaction."""
    last = closing_store.last_before(connection, book.book, to_microseconds(month.ends_at))
    upto = summed_upto(connection, book.book)
    if last - upto > ROWS_AT_ONCE:
        raise NotAddedUpYetError(position=last, added_up=upto)


def state_month(connection: Connection, book: LogBook, month: Month, *, sums: SumsOf) -> Statement:
    """The statement of a month, from the journal's sums; it goes on from that of the last month closed before.

    Raises:
        NotSealedYetError: no signed head covers the month's last row yet.
    """
    before = closing_store.last_before(connection, book.book, to_microseconds(month.begins_at))
    last = closing_store.last_before(connection, book.book, to_microseconds(month.ends_at))
    head = closing_store.first_head(connection, book.book, max(last, 1))
    if head is None:
        raise NotSealedYetError(position=last, sealed=0)
    since, earlier = _earlier(connection, book, month)
    rows = sums(connection, book.book, since, month.first_day)
    own = [row for row in rows if row.month == month.first_day]
    opening = _added(earlier, [row for row in rows if row.month < month.first_day])
    late = [row for row in own if row.is_late and row.reason not in BETWEEN_TWINS]
    return Statement(
        district_id=str(book.district_id),
        month=str(month),
        begins_at=month.begins_at.isoformat(),
        ends_at=month.ends_at.isoformat(),
        first_position=before + 1,
        last_position=last,
        opening=opening,
        closing=_added(opening, own),
        moved=_moved(own),
        late_entries=sum(row.entries for row in late),
        late_minutes=sum(row.minutes for row in late),
        checkpoint_size=head[0],
        checkpoint_root=head[1].hex(),
    )


def _earlier(connection: Connection, book: LogBook, month: Month) -> tuple[date, dict[str, int]]:
    """The month after the last one closed before, with the balances of its end."""
    earlier = closing_store.last_closed_before(connection, book.district_id, str(month))
    if earlier is None:
        return Month.parse(FIRST_MONTH).first_day, {}
    return Month.parse(earlier.month).next_day, json.loads(earlier.statement)["closing"]


def _added(balances: dict[str, int], rows: Iterable[MonthSum]) -> dict[str, int]:
    """Balances by class, with what moved since."""
    added = dict(balances)
    for row in rows:
        for number, change in ((row.credit, row.minutes), (row.debit, -row.minutes)):
            name = WalletClass(number).name.lower()
            added[name] = added.get(name, 0) + change
    return dict(sorted(added.items()))


def _moved(rows: Sequence[MonthSum]) -> list[Moved]:
    by_reason: dict[int, list[MonthSum]] = {}
    for row in rows:
        by_reason.setdefault(row.reason, []).append(row)
    return [
        Moved(Reason(reason).label, sum(row.entries for row in of), sum(row.minutes for row in of))
        for reason, of in sorted(by_reason.items())
    ]


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
