"""The figures of a month's credit, and the rows that each of them counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import from_microseconds, local_date, to_microseconds
from services.ledger.domain.closing import Month
from services.ledger.domain.flows import AGES_YEARS, CREDIT_FIGURES, FLOWS
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import PERSON_CLASSES
from services.ledger.queries.ages import NOBODY, left_by_age
from services.ledger.store.closing_store import last_before
from services.ledger.store.sums_store import sums_of

Row = dict[str, Any]
BOOKS = sa.text("SELECT book, district_id FROM journal.book WHERE district_id = ANY(:districts) ORDER BY book")
ROWS = sa.text("""
    SELECT e.pos, e.request_id, e.reason, e.minutes, e.recorded_at, dw.owner AS debit_owner, cw.owner AS credit_owner,
        e.debit & 15 AS debit_class, e.credit & 15 AS credit_class
    FROM journal.entry e LEFT JOIN journal.wallet dw ON dw.wallet = e.debit
    LEFT JOIN journal.wallet cw ON cw.wallet = e.credit
    WHERE e.book = :book AND e.pos > :after AND e.pos <= :upto AND e.outcome = 0 AND e.reason = ANY(:reasons)
        AND e.debit & 15 = ANY(:debit) AND e.credit & 15 = ANY(:credit)
    ORDER BY e.pos LIMIT :limit""")


class Place(NamedTuple):
    """Where a page of rows begins: behind a row of a book, or behind a person."""

    book: int = 0
    pos: int = 0
    owner: UUID = NOBODY


@dataclass(frozen=True)
class Span:
    """A month of a book: its rows lie behind `after`, up to `upto`."""

    book: int
    district_id: UUID
    month: Month
    after: int
    upto: int


def spans_of(connection: Connection, districts: Iterable[UUID], month: Month) -> list[Span]:
    """Return the month in the book of each of these districts that has one."""
    return [
        Span(
            row.book,
            row.district_id,
            month,
            last_before(connection, row.book, to_microseconds(month.begins_at)),
            last_before(connection, row.book, to_microseconds(month.ends_at)),
        )
        for row in connection.execute(BOOKS, {"districts": list(districts)})
    ]


class CreditFigures:
    """Answers what moved from sums; how old what is left is, of months that are over, from what it counted before."""

    def __init__(self) -> None:
        self._ages: dict[tuple[int, str], Counter[tuple[str, str]]] = {}

    def of(self, connection: Connection, spans: Sequence[Span], now: datetime) -> list[Row]:
        """Return each figure: its minutes, and how many rows it opens into."""
        sums: Counter[tuple[str, str]] = Counter()
        for span in spans:
            sums.update(_moved(connection, span))
            sums.update(self._aged(connection, span, now))
        return [
            {"figure": name, "minutes": sums[name, "minutes"], "rows": sums[name, "rows"]} for name in CREDIT_FIGURES
        ]

    def _aged(self, connection: Connection, span: Span, now: datetime) -> Counter[tuple[str, str]]:
        key = span.book, str(span.month)
        if key in self._ages:
            return self._ages[key]
        sums: Counter[tuple[str, str]] = Counter()
        for left in left_by_age(connection, span.book, upto=span.upto, on=span.month.next_day):
            sums[left.figure, "minutes"] += left.minutes
            sums[left.figure, "rows"] += 1
        if span.month.next_day <= local_date(now):
            self._ages[key] = sums  # Of a month that is over: a few numbers, which never change.
        return sums


def rows_of(connection: Connection, spans: Sequence[Span], figure: str, *, after: Place, limit: int) -> list[Row]:
    """Return a page of what a figure counts: rows of the journal, or people with what they have left."""
    read = _people if figure in AGES_YEARS else _transfers
    wanted = (span for span in spans if span.book >= after.book)
    rows = (row for span in wanted for row in read(connection, span, figure, after, limit))
    return list(islice(rows, limit))


def _moved(connection: Connection, span: Span) -> Counter[tuple[str, str]]:
    day = span.month.first_day
    sums: Counter[tuple[str, str]] = Counter()
    for entry in sums_of(connection, span.book, day, day):
        for name, flow in FLOWS.items():
            if flow.fits(reason=entry.reason, debit=entry.debit, credit=entry.credit):
                sums[name, "minutes"] += entry.minutes
                sums[name, "rows"] += entry.entries
    return sums


def _transfers(connection: Connection, span: Span, figure: str, after: Place, limit: int) -> Iterator[Row]:
    flow = FLOWS[figure]
    begin = max(span.after, after.pos if after.book == span.book else 0)
    words = {name: [int(one) for one in getattr(flow, name)] for name in ("reasons", "debit", "credit")}
    terms = {"book": span.book, "after": begin, "upto": span.upto, "limit": limit}
    for row in connection.execute(ROWS, terms | words):
        yield _row(span, row.minutes, Place(span.book, row.pos)) | {
            "transfer_id": row.request_id,
            "person_id": _person(row),
            "reason": Reason(row.reason).label,
            "at": from_microseconds(row.recorded_at).isoformat(),
        }


def _person(row: Any) -> UUID | None:
    """Whose it was; of what moved between two people, who gave it."""
    sides = ((row.debit_class, row.debit_owner), (row.credit_class, row.credit_owner))
    return next((owner for of, owner in sides if of in PERSON_CLASSES), None)


def _people(connection: Connection, span: Span, figure: str, after: Place, limit: int) -> Iterator[Row]:
    begin = after.owner if after.book == span.book else NOBODY
    people = left_by_age(connection, span.book, upto=span.upto, on=span.month.next_day, after=begin)
    for left in islice((left for left in people if left.figure == figure), limit):
        yield _row(span, left.minutes, Place(span.book, 0, left.owner)) | {"person_id": left.owner}


def _row(span: Span, minutes: int, place: Place) -> Row:
    nothing = {"transfer_id": None, "person_id": None, "reason": None, "at": None}
    return nothing | place._asdict() | {"district_id": span.district_id, "minutes": minutes}
