"""Reads that a batch needs before it decides: books, wallets, acts, notes and histories, each in one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import psycopg

from services.ledger.domain.entries import Entry
from services.ledger.domain.postings import Needs
from services.ledger.domain.wallets import Id, WalletKey, wallet_number
from services.ledger.store.book import Book, BookCache, CachedWallet, NearWallets
from services.ledger.store.opening import Openings
from services.ledger.store.raw import id_array
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

Cursor = psycopg.Cursor[Any]

BOOKS_LOCK = 7_300_001
"""The advisory lock under which a book is opened."""
JOURNAL_LOCK = 7
"""The first key of a book's advisory lock; the second is the book's number."""
ROWS_OF_ACT_MAX = 20_000

FIND_BOOKS = "SELECT book, district_id FROM journal.book WHERE district_id = ANY(%s::uuid[])"
LAST_BOOK = "SELECT coalesce(max(book), 0) FROM journal.book"

# The balance of a wallet is the `after` of its last row: two look-ups by index, one for each side.
FIND_WALLETS = """
    SELECT w.wallet_id, w.wallet, d.debit_version, d.debit_after, c.credit_version, c.credit_after
    FROM journal.wallet w
    LEFT JOIN LATERAL (SELECT debit_version, debit_after FROM journal.entry
                       WHERE debit = w.wallet AND outcome = 0 ORDER BY debit_version DESC LIMIT 1) d ON true
    LEFT JOIN LATERAL (SELECT credit_version, credit_after FROM journal.entry
                       WHERE credit = w.wallet AND outcome = 0 ORDER BY credit_version DESC LIMIT 1) c ON true
    WHERE w.wallet_id = ANY(%s::uuid[])"""
LAST_SERIAL = """
    SELECT coalesce(max(wallet) >> 4 & (1::bigint << 32) - 1, 0) FROM journal.wallet
    WHERE wallet >= %s AND wallet < %s"""
CATCH_UP = """
    SELECT pos, leaf_hash, recorded_at, debit, debit_version, debit_after, credit, credit_version, credit_after
    FROM journal.entry WHERE book = %s AND pos >= %s ORDER BY pos LIMIT """
# Few rows at first: PostgreSQL then keeps one plan, however long the journal is, instead of making one for every batch.
CATCH_UP_FIRST = 4
CATCH_UP_MAX = 5_000
LAST_ROW = "SELECT pos, leaf_hash, recorded_at FROM journal.entry WHERE book = %s ORDER BY pos DESC LIMIT 1"
SEEN = """
    SELECT request_id, pos, outcome, reason, debit, credit, minutes FROM journal.entry
    WHERE request_id = ANY(%s::uuid[])"""
BOOKS_OF_ACTS = """
    SELECT DISTINCT book FROM journal.entry
    WHERE act_id = ANY(%s::uuid[]) AND act_id <> '00000000-0000-0000-0000-000000000000'"""
# The condition on the empty id lets the partial index serve it.
ROWS_OF_ACTS = f"""
    {ENTRY_WITH_OWNERS}
    WHERE e.act_id = ANY(%s::uuid[]) AND e.act_id <> '00000000-0000-0000-0000-000000000000'
    ORDER BY e.recorded_at, e.book, e.pos LIMIT %s"""
ALL_BOOKS = "SELECT book, district_id FROM journal.book"


def find_books(cursor: Cursor, cache: BookCache, districts: Iterable[Id], openings: Openings) -> None:
    """Remember the number of each district's book, giving one to those that are named for the first time."""
    missing = set(districts) - cache.books.keys()
    if not missing:
        return
    for number, district_id in cursor.execute(FIND_BOOKS, [id_array(missing)]):
        cache.add_book(number, district_id)
    for district_id in sorted(missing - cache.books.keys()):
        _open_book(cursor, cache, district_id, openings)


def _open_book(cursor: Cursor, cache: BookCache, district_id: Id, openings: Openings) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BOOKS_LOCK])
    found = cursor.execute(FIND_BOOKS, [id_array([district_id])]).fetchone()
    if found is None:
        last = cursor.execute(LAST_BOOK).fetchone()
        assert last is not None
        found = (last[0] + len(openings.books) + 1, district_id)
        openings.books[found[0]] = district_id
        cache.has_opened = True
    cache.add_book(found[0], district_id)


def find_books_of_acts(cursor: Cursor, cache: BookCache, acts: Collection[Id]) -> set[Id]:
    """The districts in whose books the acts have rows; read before the lock, to know what to lock."""
    numbers = {number for (number,) in cursor.execute(BOOKS_OF_ACTS, [id_array(acts)])}
    if numbers - cache.districts.keys():
        for number, district_id in cursor.execute(ALL_BOOKS):
            cache.add_book(number, district_id)
    return {cache.districts[number] for number in numbers}


def send_catch_up(cursor: Cursor, book: Book) -> Cursor:
    """Ask for the rows of a book since the last one that is known, itself included."""
    if book.is_known():
        return cursor.execute(f"{CATCH_UP}{CATCH_UP_FIRST}", [book.number, book.last_pos])
    return cursor.execute(LAST_ROW, [book.number])


def catch_up(cursor: Cursor, cache: BookCache, book: Book) -> bool:
    """Bring the cache up to date with what `send_catch_up` asked for.

    Returns False when what is known must be forgotten: its last row was never committed, or too many came after it.
    """
    rows = cursor.fetchall()
    if len(rows) == CATCH_UP_FIRST:
        rows = cursor.execute(f"{CATCH_UP}{CATCH_UP_MAX}", [book.number, book.last_pos]).fetchall()
    return len(rows) < CATCH_UP_MAX and _take_rows(cache, book, rows)


def _take_rows(cache: BookCache, book: Book, rows: list[tuple[Any, ...]]) -> bool:
    if not book.is_known():
        book.last_pos, book.last_leaf, book.last_recorded_at = rows[0] if rows else (0, b"", 0)
        return True
    if book.last_pos > 0:
        if not rows or bytes(rows[0][1]) != book.last_leaf:
            return False
        rows = rows[1:]
    elif rows and rows[0][0] != 1:
        return False
    for pos, leaf, recorded_at, debit, debit_version, debit_after, credit, credit_version, credit_after in rows:
        if debit_version:
            for number, version, after in ((debit, debit_version, debit_after), (credit, credit_version, credit_after)):
                wallet = cache.by_number.get(number)
                if wallet is not None:
                    wallet.version, wallet.after = version, after
        book.last_pos, book.last_leaf, book.last_recorded_at = pos, leaf, recorded_at
    return True


def load_wallets(
    cursor: Cursor, cache: BookCache, near: NearWallets, keys: Iterable[WalletKey], openings: Openings
) -> None:
    """Load wallets that were not seen before, and number those that no row named before; under the books' locks."""
    wanted = near.wanted(keys)
    if wanted:
        add_wallets(cache, wanted, send_wallets(cursor, wanted).fetchall())
    if wanted:
        number_wallets(cursor, cache, wanted, openings)


def send_wallets(cursor: Cursor, wanted: Collection[Id]) -> Cursor:
    """Ask for wallets with their last rows."""
    return cursor.execute(FIND_WALLETS, [id_array(wanted)])


def add_wallets(cache: BookCache, wanted: dict[Id, WalletKey], found: Iterable[tuple[Any, ...]]) -> None:
    """Remember the wallets that were found, and take them off what is wanted."""
    for id_bytes, number, debit_version, debit_after, credit_version, credit_after in found:
        is_debit = (debit_version or 0) >= (credit_version or 0)
        version, after = (debit_version, debit_after) if is_debit else (credit_version, credit_after)
        cache.add_wallet(CachedWallet(wanted.pop(id_bytes), number, id_bytes, version or 0, after or 0))


def number_wallets(cursor: Cursor, cache: BookCache, wanted: dict[Id, WalletKey], openings: Openings) -> None:
    """Give numbers to wallets that no row named before."""
    serials = openings.serials
    for id_bytes, key in sorted(wanted.items(), key=lambda pair: (pair[1], pair[0])):
        book = cache.books[key.district_id].number
        if book not in serials:
            last = cursor.execute(LAST_SERIAL, [book << 36, (book + 1) << 36]).fetchone()
            assert last is not None
            serials[book] = last[0]
        serials[book] += 1
        number = wallet_number(book=book, serial=serials[book], wallet_class=key.wallet_class)
        wallet = openings.wallets[number] = CachedWallet(key, number, id_bytes, 0, 0)
        cache.add_wallet(wallet)


def load_acts(cursor: Cursor, cache: BookCache, acts: Iterable[Id]) -> dict[Id, list[Entry]]:
    """All rows of the acts, oldest first; a refused request leaves none that counts."""
    rows: dict[Id, list[Entry]] = {act_id: [] for act_id in acts}
    for row in cursor.execute(ROWS_OF_ACTS, [id_array(rows), ROWS_OF_ACT_MAX]).fetchall():
        entry = entry_from(row, cache.districts)
        rows[entry.act_id].append(entry)
    return rows


def load_notes(cursor: Cursor, cache: BookCache, keys: Iterable[WalletKey]) -> dict[WalletKey, list[Entry]]:
    """All notes about wallets, oldest first."""
    numbers = [cache.wallets[key].number for key in keys]
    notes: dict[WalletKey, list[Entry]] = {key: [] for key in keys}
    query = f"""{ENTRY_WITH_OWNERS} WHERE e.outcome = 1 AND e.debit = ANY(%s)
        UNION ALL {ENTRY_WITH_OWNERS} WHERE e.outcome = 1 AND e.credit = ANY(%s)"""
    for row in cursor.execute(query, [numbers, numbers]).fetchall():
        entry = entry_from(row, cache.districts)
        for key in (entry.debit, entry.credit):
            if key in notes and entry not in notes[key]:
                notes[key].append(entry)
    for found in notes.values():
        found.sort(key=lambda entry: (entry.recorded_at, entry.pos))
    return notes


HISTORY_OF = f"""
    SELECT h.* FROM unnest(%s::bigint[], %s::bigint[]) AS w (number, since),
    LATERAL ({ENTRY_WITH_OWNERS} WHERE e.{{side}} = w.number AND e.outcome = 0 AND e.recorded_at >= w.since
             ORDER BY e.{{side}}_version DESC LIMIT %s) h"""
HISTORY_MAX = 5_000
"""Rows of one wallet in one day or month that a rule looks at."""


def load_history(cursor: Cursor, cache: BookCache, needs: Needs) -> dict[WalletKey, list[Entry]]:
    """The rows of wallets recorded since the instants that were asked for, oldest first."""
    history: dict[WalletKey, list[Entry]] = {key: [] for key in needs.history}
    active = {key: since for key, since in needs.history.items() if cache.wallets[key].version}
    numbers = [cache.wallets[key].number for key in active]
    for side in ("debit", "credit") if numbers else ():
        terms = [numbers, list(active.values()), HISTORY_MAX]
        for row in cursor.execute(HISTORY_OF.format(side=side), terms).fetchall():
            entry = entry_from(row, cache.districts)
            key = entry.debit if side == "debit" else entry.credit
            assert key is not None
            history[key].append(entry)
    for found in history.values():
        found.sort(key=lambda entry: (entry.recorded_at, entry.pos))
    return history
