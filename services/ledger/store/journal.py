"""Post commands: lock the books, catch up, load what the rules need, decide in order, append by COPY.

The caller's transaction commits, so what this process remembers of its own last rows is checked against the journal
before it is used again: a transaction that was rolled back leaves no wrong balance behind. One Journal serves one
thread; any number of processes may post to any book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
from sqlalchemy.engine import Connection

from libs.db.driver import driver_connection, translate_driver_errors
from libs.errors import IdReusedError, Refusal
from services.ledger.domain.days import refuse_bad_date
from services.ledger.domain.errors import JOURNALLED, OUTCOME_OF
from services.ledger.domain.postings import Asked, Command, Decision, Leg, Needs
from services.ledger.domain.reasons import Outcome, Reason
from services.ledger.domain.request_ids import request_id_after
from services.ledger.domain.wallets import Id
from services.ledger.store import loading
from services.ledger.store.book import Book, BookCache, NearWallets
from services.ledger.store.copying import RowCopy
from services.ledger.store.opening import Openings
from services.ledger.store.raw import id_array, raw_cursor
from services.ledger.store.rows import COPY_ANSWERS, COPY_ENTRIES
from services.ledger.store.view import JournalView
from services.ledger.store.writing import Writer

COMMANDS_MAX = 1_000
COMMANDS_BETWEEN_SENDS = 170
"""Enough that a COPY of their rows costs little, few enough that PostgreSQL has work early (docs/benchmarks.md)."""
APPLIED, NOTED = int(Outcome.APPLIED), int(Outcome.NOTED)
MINUTES_STORED_MAX = (1 << 31) - 1

Encode = Callable[[Any], tuple[str, bytes]]
"""Turns an answer of the rules into an event type and its bytes."""


class Posted(NamedTuple):
    """What became of one command."""

    request_id: Id
    outcome: int
    pos: int
    """The position of its first row."""
    is_new: bool
    refusal: Refusal | None
    rows: int = 1
    """How many rows it has, where they were written now."""

    def row_ids(self) -> Iterator[Id]:
        """Yield the id of each of them."""
        for number in range(self.rows):
            yield _id_of_row(self.request_id, number)

    def raise_refusal(self) -> None:
        """Raise the refusal, if it was one."""
        if self.refusal is not None:
            raise self.refusal


class Journal:
    """Posts to the books of one database; keeps a bounded cache of wallets between posts."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._cache = BookCache()

    def post(self, connection: Connection, commands: Sequence[Command], *, now_us: int) -> list[Posted]:
        """Post 1 to 1,000 commands in order, each with a result of its own; the same as one by one.

        A command is refused alone; its neighbours are not affected. A request id seen before has the earlier result.
        """
        assert 0 < len(commands) <= COMMANDS_MAX
        raw = driver_connection(connection)
        if self._cache.has_opened:
            self._cache.forget_all()
        elif self._cache.is_full():
            self._cache.make_room()
        try:
            with translate_driver_errors():
                return _Batch(self._cache, self._encode, raw, commands, now_us).post()
        except BaseException:
            self._cache.forget_all()
            raise


class _Batch:
    """One post."""

    def __init__(
        self, cache: BookCache, encode: Encode, raw: psycopg.Connection[Any], commands: Sequence[Command], now_us: int
    ) -> None:
        self._cache, self._encode, self._raw, self._commands, self._now_us = cache, encode, raw, commands, now_us
        self._near = NearWallets(cache.wallets)
        self._view = JournalView(self._near)
        self._openings = Openings()
        self._writer = Writer(self._view, self._openings, now_us)
        self._seen: dict[Id, Posted] = {}
        self._asked: dict[Id, tuple[int, int, int, int]] = {}

    def post(self) -> list[Posted]:
        """Do all of it but the commit."""
        needs = Needs()
        for command in self._commands:
            command.needs(needs)
        cursor = raw_cursor(self._raw)
        loading.find_books(cursor, self._cache, needs.districts, self._openings)
        if needs.acts:
            needs.districts |= loading.find_books_of_acts(cursor, self._cache, needs.acts)
        books = sorted((self._cache.books[d] for d in needs.districts), key=lambda book: book.number)
        self._lock_and_catch_up(books, needs)
        self._load(cursor, needs)
        return self._decide_and_append(cursor)

    def _lock_and_catch_up(self, books: list[Book], needs: Needs) -> None:
        """Lock the books in the one order, then read what was appended since; one round trip for all of it."""
        named = needs.wallets | needs.notes
        wanted = self._near.wanted(named)
        requests = id_array([command.request_id for command in self._commands])
        with self._raw.pipeline():
            for book in books:
                lock = "SELECT pg_advisory_xact_lock(%s, %s)"
                self._raw.execute(lock, [loading.JOURNAL_LOCK, book.number])
            # Each statement has a snapshot of its own, taken after the locks before it were granted.
            caught_up = [loading.send_catch_up(self._raw.cursor(binary=True), book) for book in books]
            seen = raw_cursor(self._raw).execute(loading.SEEN, [requests])
            wallets = loading.send_wallets(raw_cursor(self._raw), wanted) if wanted else None
        for found in seen:
            self._see(found)
        is_right = all(loading.catch_up(found, self._cache, b) for found, b in zip(caught_up, books, strict=True))
        if not is_right:
            self._cache.forget_wallets()
            self._near.clear()
            cursor = raw_cursor(self._raw)
            for book in books:
                loading.catch_up(loading.send_catch_up(cursor, book), self._cache, book)
        # After the catching up: what was read under the lock is the newest there is.
        if wallets is not None:
            loading.add_wallets(self._cache, wanted, wallets.fetchall())
            if wanted:
                loading.number_wallets(raw_cursor(self._raw), self._cache, wanted, self._openings)
        if not is_right:
            loading.load_wallets(raw_cursor(self._raw), self._cache, self._near, named, self._openings)
        last = max(book.last_recorded_at for book in books)
        self._view.now_us = max(self._now_us, last + 1)

    def _see(self, row: tuple[Any, ...]) -> None:
        request_id, pos, outcome, reason, debit, credit, minutes = row
        refusal = JOURNALLED[outcome]() if outcome in JOURNALLED else None
        self._seen[request_id] = Posted(request_id, outcome, pos, False, refusal)
        self._asked[request_id] = (debit, credit, minutes, reason)

    def _see_reuses(self, cursor: psycopg.Cursor[Any]) -> None:
        """Look for earlier refusals of ids that come again; none is there of an id that comes for the first time."""
        again = [(c.request_id, c.asked()) for c in self._commands if c.request_id in self._seen]
        ids = [reuse_id(request_id, asked) for request_id, asked in again if asked]
        if ids:
            for row in cursor.execute(loading.SEEN, [id_array(ids)]).fetchall():
                self._see(row)

    def _load(self, cursor: psycopg.Cursor[Any], needs: Needs) -> None:
        view, cache = self._view, self._cache
        if needs.acts:
            view.load_acts(loading.load_acts(cursor, cache, needs.acts))
        named = len(needs.wallets), len(needs.notes)
        for command in self._commands:
            command.needs_of_acts(view, needs)
        if named != (len(needs.wallets), len(needs.notes)):
            loading.load_wallets(cursor, cache, self._near, needs.wallets | needs.notes, self._openings)
        if self._seen:
            self._see_reuses(cursor)
        if needs.notes:
            view.load_notes(loading.load_notes(cursor, cache, needs.notes))
        if needs.history:
            view.load_history(loading.load_history(cursor, cache, needs))

    def _post_one(self, command: Command) -> Posted:
        earlier = self._seen.get(command.request_id)
        if earlier is not None:
            return self._repeat(command, earlier)
        try:
            refuse_bad_date(command.terms.effective_at)
            decision = command.decide(self._view)
            for leg in decision.legs:
                refuse_bad_date(leg.effective_at)
        except Refusal as refusal:
            return self._refuse(command, command.request_id, refusal)
        return self._apply(command, decision)

    def _repeat(self, command: Command, earlier: Posted) -> Posted:
        """The earlier result; the same id with other terms is refused, under an id of its own."""
        asked = command.asked()
        if asked is None or self._asked_for(command.request_id) == self._terms_of(asked):
            return earlier._replace(is_new=False)
        request_id = reuse_id(command.request_id, asked)
        before = self._seen.get(request_id)
        return before._replace(is_new=False) if before else self._refuse(command, request_id, IdReusedError())

    def _asked_for(self, request_id: Id) -> tuple[int, int, int, int] | None:
        """What was asked under this id, in an earlier batch or earlier in this one."""
        if request_id not in self._asked:
            for command in self._commands:
                if command.request_id == request_id:
                    asked = command.asked()
                    return self._terms_of(asked) if asked else None
        return self._asked.get(request_id)

    def _terms_of(self, asked: Asked) -> tuple[int, int, int, int]:
        debit, credit = self._cache.wallets.get(asked.debit), self._cache.wallets.get(asked.credit)
        return (
            debit.number if debit else 0,
            credit.number if credit else 0,
            storable(asked.minutes),
            asked.reason,
        )

    def _refuse(self, command: Command, request_id: Id, refusal: Refusal) -> Posted:
        outcome = OUTCOME_OF[type(refusal)]
        answer = command.refused(refusal)
        book = self._cache.books[command.district_id]
        debit = credit = minutes = 0
        asked = command.asked()
        if asked is not None:
            debit, credit, minutes, _ = self._terms_of(asked)
        reason = asked.reason if asked else Reason.NOTHING_DUE
        # When it was to take effect may be what is wrong with it.
        terms = command.terms._replace(effective_at=None)
        pos = self._writer.write(
            book, Leg(command.district_id, None, None, minutes, reason), terms, request_id, outcome, 0, 1,
            self._cache.by_number.get(debit), self._cache.by_number.get(credit),
        )  # fmt: skip
        if answer is not None:
            self._writer.answer(book, pos, *self._encode(answer))
        self._seen[request_id] = Posted(request_id, outcome, pos, True, refusal)
        self._asked[request_id] = (debit, credit, minutes, reason)
        return self._seen[request_id]

    def _apply(self, command: Command, decision: Decision) -> Posted:
        request_id, district_id, terms = command.request_id, command.district_id, command.terms
        wallets, books, write = self._near, self._cache.books, self._writer.write
        first, carriers, legs = 0, [], len(decision.legs)
        for number, leg in enumerate(decision.legs):
            pos = write(
                books[leg.district_id], leg, terms, _id_of_row(request_id, number),
                NOTED if leg.is_note else APPLIED, number, legs,
                wallets[leg.debit] if leg.debit else None, wallets[leg.credit] if leg.credit else None,
            )  # fmt: skip
            first = first or pos
            if leg.district_id == district_id:
                carriers.append(pos)
        if decision.earlier_answer is not None:
            self._writer.answer(books[district_id], carriers[0], *self._encode(decision.earlier_answer))
        if decision.answer is not None:
            self._writer.answer(books[district_id], carriers[-1], *self._encode(decision.answer))
        posted = self._seen[request_id] = Posted(request_id, APPLIED, first, True, None, legs)
        return posted

    def _decide_and_append(self, cursor: psycopg.Cursor[Any]) -> list[Posted]:
        """PostgreSQL inserts the rows of the first commands while the rules decide about the next."""
        results: list[Posted] = []
        with RowCopy(self._raw, COPY_ENTRIES) as copy:
            for start in range(0, len(self._commands), COMMANDS_BETWEEN_SENDS):
                results += map(self._post_one, self._commands[start : start + COMMANDS_BETWEEN_SENDS])
                copy.send(self._writer.entries)
                self._writer.entries.clear()
        self._openings.write(cursor, self._cache)
        with RowCopy(self._raw, COPY_ANSWERS) as copy:
            copy.send(self._writer.answers)
        return results


def _id_of_row(request_id: Id, number: int) -> Id:
    return request_id_after(request_id, str(number)) if number else request_id


def reuse_id(request_id: Id, asked: Asked) -> Id:
    """The id under which it is refused that an id seen before comes with these terms."""
    return request_id_after(
        request_id, f"reused:{asked.debit.owner_id.hex()}:{asked.credit.owner_id.hex()}:{asked.minutes}"
    )


def storable(minutes: object) -> int:
    """The minutes as a refused row keeps them; 0 for what no column could hold."""
    return minutes if isinstance(minutes, int) and 0 < minutes <= MINUTES_STORED_MAX else 0
