"""Rows of the journal as people see them: transfers, entries of a wallet, lines of a statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.clock import from_microseconds
from libs.db.driver import driver_connection
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import JOURNALLED, code_of
from services.ledger.domain.reasons import Evidence, Outcome, Reason
from services.ledger.domain.wallets import (
    NO_ID,
    PERSON_CLASSES,
    Id,
    WalletClass,
    WalletKey,
    class_of,
    wallet_id,
)
from services.ledger.store.loading import ALL_BOOKS
from services.ledger.store.raw import id_array, raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

NOBODY = "00000000-0000-0000-0000-000000000000"
BY_REQUEST = f"{ENTRY_WITH_OWNERS} WHERE e.request_id = ANY(%s::uuid[]) ORDER BY e.leg, e.book, e.pos"
BY_ACT = f"""
    {ENTRY_WITH_OWNERS} WHERE e.act_id = %s::uuid AND e.act_id <> '{NOBODY}'
    AND (e.recorded_at, e.book, e.pos) > (%s, %s, %s) ORDER BY e.recorded_at, e.book, e.pos LIMIT %s"""
OF_WALLET = f"""
    SELECT * FROM (
        ({ENTRY_WITH_OWNERS} WHERE e.debit = %s AND e.outcome = 0 AND e.debit_version < %s AND e.recorded_at <= %s
         ORDER BY e.debit_version DESC LIMIT %s)
        UNION ALL
        ({ENTRY_WITH_OWNERS} WHERE e.credit = %s AND e.outcome = 0 AND e.credit_version < %s AND e.recorded_at <= %s
         ORDER BY e.credit_version DESC LIMIT %s)
    ) x ORDER BY pos DESC LIMIT %s"""
NUMBER_OF = "SELECT wallet, owner, book FROM journal.wallet WHERE wallet_id = %s::uuid"
VERSION_MAX = (1 << 31) - 1


def text_id(one: Id) -> str | None:
    """An id as JSON has it."""
    return None if one == NO_ID else str(UUID(bytes=one))


def instant(microseconds: int) -> str:
    """An instant as RFC 3339."""
    return from_microseconds(microseconds).isoformat().replace("+00:00", "Z")


def entries_by_request(connection: Connection, request_ids: Sequence[Id]) -> list[Entry]:
    """The rows with these ids."""
    return _entries(connection, BY_REQUEST, [id_array(request_ids)])


def entries_of_act(
    connection: Connection, act_id: UUID, *, after: tuple[int, int, int] = (0, 0, 0), limit: int = 1000
) -> list[Entry]:
    """The rows of an order, gift, donation …, oldest first."""
    return _entries(connection, BY_ACT, [act_id.hex, *after, limit])


def find_number(connection: Connection, wallet: UUID) -> tuple[int, WalletKey] | None:
    """The journal's number of a wallet, and its key."""
    cursor = raw_cursor(driver_connection(connection))
    found = cursor.execute(NUMBER_OF, [wallet.hex]).fetchone()
    if found is None:
        return None
    number, owner, book = found
    districts = dict(cursor.execute(ALL_BOOKS).fetchall())
    return number, WalletKey(districts[book], owner, class_of(number))


def entries_of_wallet(
    connection: Connection, number: int, *, before_version: int = VERSION_MAX, as_of_us: int = 1 << 62, limit: int
) -> list[Entry]:
    """A page of a wallet's rows, newest first: two index ranges merged."""
    side = [number, before_version, as_of_us, limit]
    return _entries(connection, OF_WALLET, [*side, *side, limit])


def _entries(connection: Connection, query: str, terms: Sequence[Any]) -> list[Entry]:
    raw = driver_connection(connection)
    with raw.pipeline():
        books, rows = raw_cursor(raw).execute(ALL_BOOKS), raw_cursor(raw).execute(query, terms)
    districts = dict(books.fetchall())
    return [entry_from(row[:26], districts) for row in rows]


Sees = Callable[[WalletKey], bool]


def as_transfer(entry: Entry, sees: Sees) -> dict[str, Any]:
    """A row as JSON: what moved, from where to where, why, by whom, and the balances after.

    How much is left in a wallet is told only to who `sees` that wallet.
    """
    return {
        "transfer_id": str(UUID(bytes=entry.request_id)),
        "district_id": str(UUID(bytes=entry.district_id)),
        "position": entry.pos,
        "state": _state(entry),
        "code": code_of(entry.outcome) if entry.outcome in JOURNALLED else None,
        "reason": Reason(entry.reason).label,
        "minutes": entry.minutes,
        "debit": _side(entry.debit, entry.debit_version, entry.debit_after, sees),
        "credit": _side(entry.credit, entry.credit_version, entry.credit_after, sees),
        "cause_id": text_id(entry.act_id),
        "event_id": text_id(entry.cause),
        "leg": entry.leg,
        "legs": entry.legs,
        "evidence_class": Evidence(entry.evidence).name.lower() if entry.evidence else None,
        "policy_version": entry.policy_version or None,
        "actor_id": text_id(entry.actor),
        "checker_id": text_id(entry.checker),
        "effective_at": instant(entry.effective_at),
        "recorded_at": instant(entry.recorded_at),
        "leaf_hash": entry.leaf_hash.hex(),
    }


def _state(entry: Entry) -> str:
    if entry.outcome in JOURNALLED:
        return "refused"
    return "noted" if entry.outcome == Outcome.NOTED else "posted"


def _side(key: WalletKey | None, version: int, after: int, sees: Sees) -> dict[str, Any] | None:
    if key is None:
        return None
    version = version if sees(key) else 0
    return {
        "wallet_id": str(UUID(bytes=wallet_id(key))),
        "class": WalletClass(key.wallet_class).name.lower(),
        "person_id": str(UUID(bytes=key.owner_id)) if key.wallet_class in PERSON_CLASSES else None,
        "version": version or None,
        "balance_after_minutes": after if version else None,
    }


def as_entry_of(entry: Entry, key: WalletKey, sees: Sees) -> dict[str, Any]:
    """A row as one wallet sees it: signed minutes and its running balance."""
    is_debit = entry.debit == key
    return as_transfer(entry, sees) | {
        "signed_minutes": -entry.minutes if is_debit else entry.minutes,
        "version": entry.debit_version if is_debit else entry.credit_version,
        "balance_after_minutes": entry.debit_after if is_debit else entry.credit_after,
    }
