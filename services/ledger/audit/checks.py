"""Checks over a whole book or the whole database: roots, balances as the indexes give them, caps, wallets, postings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.joined import JoinedBook
from services.ledger.audit.packed import put_together
from services.ledger.audit.public_ids import ids_of
from services.ledger.audit.published import check_published
from services.ledger.audit.stretch import Numbers
from services.ledger.audit.wallet_fields import WalletRow, name_wallet_field
from services.ledger.domain.wallets import CLASS_BITS, NO_ID, SERIAL_BITS, WalletClass, wallet_name

# Sixty-five thousand wallets are put together: no value may come near a gigabyte.
# Up to the row that is checked last: a ledger that is in use has new ones by now.
BALANCES = """
    SELECT string_agg(
        int8send(w.wallet) || int4send(greatest(d.version, c.version, 0)) || int8send(
            CASE WHEN coalesce(d.version, 0) >= coalesce(c.version, 0) THEN coalesce(d.after, 0) ELSE c.after END
        ) || int8send(w.opened_at), ''), count(*)
    FROM journal.wallet w
    LEFT JOIN LATERAL (SELECT debit_version AS version, debit_after AS after FROM journal.entry
                       WHERE debit = w.wallet AND outcome = 0 AND book = {book} AND pos <= {size}
                       ORDER BY debit_version DESC LIMIT 1) d ON true
    LEFT JOIN LATERAL (SELECT credit_version AS version, credit_after AS after FROM journal.entry
                       WHERE credit = w.wallet AND outcome = 0 AND book = {book} AND pos <= {size}
                       ORDER BY credit_version DESC LIMIT 1) c ON true
    WHERE w.book = {book} GROUP BY w.wallet >> 20"""
BALANCE = np.dtype([("wallet", ">i8"), ("version", ">i4"), ("balance", ">i8"), ("opened_at", ">i8")])
# What a volunteer was awarded on a local day, against the cap of the policy each award was made under.
CAPS = """
    WITH award AS (
        SELECT e.credit AS wallet, b.district_id, e.book, e.pos, e.minutes, e.policy_version,
            ((to_timestamp(0) + e.effective_at * interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM journal.entry e JOIN journal.book b ON b.book = e.book
        WHERE e.outcome = 0 AND e.evidence <> 0 AND e.reason IN (1, 2)
    ), undone AS (
        SELECT e.debit AS wallet, sum(e.minutes) AS minutes,
            ((to_timestamp(0) + e.effective_at * interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM journal.entry e WHERE (e.outcome = 0 AND e.reason = 14 AND e.evidence <> 0)
            OR (e.outcome = 1 AND e.reason IN (42, 43)) GROUP BY 1, 3
    ), summed AS (
        SELECT a.wallet, a.day, min(a.district_id::text)::uuid AS district_id, max(a.pos) AS pos,
            sum(a.minutes) AS minutes, max(a.policy_version) AS version
        FROM award a GROUP BY 1, 2
    )
    SELECT s.district_id, s.pos, s.wallet, s.minutes - coalesce(u.minutes, 0),
        (p.parameters #>> '{earn,daily_cap_minutes}')::int
    FROM summed s LEFT JOIN undone u USING (wallet, day)
    JOIN policy p ON p.district_id = s.district_id AND p.policy_version = s.version
    WHERE s.minutes - coalesce(u.minutes, 0) > (p.parameters #>> '{earn,daily_cap_minutes}')::int LIMIT 100"""
WALLETS = """
    SELECT string_agg(
        int8send(w.wallet) || int4send(w.book) || int2send(w.class) || uuid_send(w.owner) || uuid_send(w.wallet_id)
        || uuid_send(coalesce(b.district_id, '00000000-0000-0000-0000-000000000000')), ''), count(*)
    FROM journal.wallet w LEFT JOIN journal.book b ON b.book = w.book
    GROUP BY w.wallet >> 20"""
WALLET = np.dtype([
    ("wallet", ">i8"), ("book", ">i4"), ("class", ">i2"), ("owner", "V16"), ("wallet_id", "V16"),
    ("district_id", "V16"),
])  # fmt: skip
# A posting has as many rows as it says, over all books; those of one cause are its legs.
TORN = """
    SELECT b.district_id, t.pos, t.legs, t.rows FROM (
        SELECT min(e.book) AS book, min(e.pos) AS pos, e.legs, count(*) AS rows FROM journal.entry e
        WHERE e.legs > 1 GROUP BY e.cause, e.act_id, e.legs HAVING count(*) % e.legs <> 0 LIMIT 100
    ) t JOIN journal.book b ON b.book = t.book"""
FINDINGS_MAX = 100
Check = Callable[[psycopg.Connection[Any]], list[Finding]]
BOOK_BITS = SERIAL_BITS + CLASS_BITS
CLASS_MASK = (1 << CLASS_BITS) - 1
CLASSES = frozenset(int(wallet_class) for wallet_class in WalletClass)


def read_balances(url: str, book: int, size: int) -> bytes:
    """The version and balance of every wallet of a book at a size, as the indexes give them."""
    with contextlib.closing(psycopg.connect(url)) as connection:
        return put_together(connection, BALANCES.format(book=int(book), size=int(size)), width=BALANCE.itemsize)


def check_balances(book: JoinedBook, balances: bytes) -> list[Finding]:
    """Each wallet's balance by the indexes is the one its rows add up to, and it was opened by the first of them."""
    rows = np.frombuffer(balances, BALANCE)
    numbers, opened_at = rows["wallet"].astype(np.int64), rows["opened_at"].astype(np.int64)
    found = np.column_stack((rows["version"], rows["balance"])).astype(np.int64)
    expected, _ = book.wallets.find(numbers)
    named_at, is_named = book.opened.find(numbers)
    findings: list[Finding] = []
    for at in np.flatnonzero((found != expected).any(axis=1))[:FINDINGS_MAX]:
        values = str(tuple(expected[at].tolist())), str(tuple(found[at].tolist()))
        field = f"wallet {numbers[at]}: version and balance"
        findings.append(Finding(Kind.INDEX_DISAGREES, book.district_id, None, field, *values))
    for at in np.flatnonzero(is_named & (named_at[:, 0] != opened_at))[:FINDINGS_MAX]:
        field = f"wallet {numbers[at]}: opened_at"
        values = str(named_at[at, 0]), str(opened_at[at])
        findings.append(Finding(Kind.WALLET_ALTERED, book.district_id, None, field, *values))
    # One that was opened after the row that is checked last is not known here.
    unnamed = np.flatnonzero(~is_named & (opened_at <= book.last_time))[:FINDINGS_MAX]
    return findings + _name_numbers(
        book, numbers, list(zip(numbers[unnamed].tolist(), opened_at[unnamed].tolist(), strict=True))
    )


def _name_numbers(book: JoinedBook, stored: Numbers, unnamed: Sequence[tuple[int, int]]) -> list[Finding]:
    """Wallets that no row names; one that rows do name may have had the other number, if it was opened with them."""
    if not unnamed:
        return []
    is_missing = ~np.isin(book.opened.numbers, stored) & (book.opened.numbers != 0)
    missing = book.opened.numbers[is_missing].tolist(), book.opened.values[is_missing, 0].tolist()
    findings = []
    for number, opened_at in unnamed:
        true = [str(one) for one, named_at in zip(*missing, strict=True) if named_at == opened_at]
        expected = " or ".join(true) or "one that a row names"
        field = f"wallet {number}: wallet"
        findings.append(Finding(Kind.WALLET_ALTERED, book.district_id, None, field, expected, str(number)))
    return findings


def check_table(url: str, check: Check) -> list[Finding]:
    """One of what is checked over all books at once, on a connection of its own."""
    with contextlib.closing(psycopg.connect(url, autocommit=True)) as connection:
        return check(connection)


def check_caps(connection: psycopg.Connection[Any]) -> list[Finding]:
    """No volunteer was awarded more on a day than the policy's cap."""
    return [
        Finding(Kind.CAP_EXCEEDED, district_id, pos, f"day's cap of wallet {wallet}", str(cap), str(minutes))
        for district_id, pos, wallet, minutes, cap in connection.execute(CAPS)
    ]


def check_wallets(connection: psycopg.Connection[Any]) -> list[Finding]:
    """Every wallet's public id is that of its owner, class and district, and its number says the same."""
    rows = np.frombuffer(put_together(connection, WALLETS, width=WALLET.itemsize), WALLET)
    numbers = rows["wallet"].astype(np.int64)
    kinds = list(zip(rows["class"].tolist(), rows["district_id"].tolist(), strict=True))
    names = {kind: wallet_name(*kind) for kind in set(kinds) if kind[0] in CLASSES and kind[1] != NO_ID}
    is_known = np.fromiter(map(names.__contains__, kinds), np.bool_, len(rows))
    expected = ids_of(rows["owner"].tolist(), [names.get(kind, "") for kind in kinds])
    is_its_owners = is_known & (expected == rows["wallet_id"])
    is_of_book = numbers >> BOOK_BITS == rows["book"]
    # Where there is no such book, it is not the wallet that is wrong.
    is_astray = np.fromiter((kind[1] == NO_ID for kind in kinds), np.bool_, len(rows))
    is_well = is_of_book & (is_astray | (is_its_owners & (numbers & CLASS_MASK == rows["class"])))
    findings: list[Finding] = []
    for at in np.flatnonzero(~is_well)[:FINDINGS_MAX]:
        row = WalletRow(*rows[at].tolist())
        name, *values = name_wallet_field(connection, row, expected[at].tobytes() if is_known[at] else b"")
        field = f"wallet {row.number}: {name}"
        findings.append(Finding(Kind.WALLET_ALTERED, UUID(bytes=row.district_id), None, field, *values))
    return findings


def check_postings(connection: psycopg.Connection[Any]) -> list[Finding]:
    """The legs of a posting all happened, or none."""
    return [
        Finding(Kind.POSTING_TORN, district_id, pos, "legs", str(legs), str(rows))
        for district_id, pos, legs, rows in connection.execute(TORN)
    ]


CHECKS_OF_ALL_BOOKS: tuple[Check, ...] = (check_wallets, check_caps, check_postings, check_published)
"""What takes longest is first."""
