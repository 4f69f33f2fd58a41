"""A person's statement over all their wallets: opening, lines, closing; by recorded time or by day of service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.db.driver import driver_connection
from services.ledger.domain.entries import Entry
from services.ledger.domain.reasons import BETWEEN_TWINS, Reason
from services.ledger.domain.wallets import PERSON_CLASSES, WalletClass, WalletKey
from services.ledger.queries.entries import as_transfer
from services.ledger.store.loading import ALL_BOOKS
from services.ledger.store.raw import raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

LINES_MAX = 2_000
NUMBERS = "SELECT wallet FROM journal.wallet WHERE owner = %s::uuid"
MOVED = """
    SELECT coalesce(sum(minutes), 0)::bigint FROM journal.entry
    WHERE {side} = ANY(%s) AND outcome = 0 AND {time} < %s"""
LINES = f"""
    {ENTRY_WITH_OWNERS} WHERE (e.debit = ANY(%s) OR e.credit = ANY(%s)) AND e.outcome = 0
    AND e.reason <> ALL(%s) AND e.{{time}} >= %s AND e.{{time}} < %s
    ORDER BY e.recorded_at, e.book, e.pos LIMIT %s"""
TIMES = {"recorded": "recorded_at", "service": "effective_at"}
BETWEEN = [int(reason) for reason in BETWEEN_TWINS]


def statement_of(connection: Connection, person_id: UUID, *, from_us: int, to_us: int, by: str) -> dict[str, Any]:
    """The statement; opening and closing count what is held, moves to and from held twins are no lines."""
    cursor = raw_cursor(driver_connection(connection))
    numbers = [number for (number,) in cursor.execute(NUMBERS, [person_id.hex])]
    opening = _balance(cursor, numbers, from_us, TIMES[by])
    rows = cursor.execute(LINES.format(time=TIMES[by]), [numbers, numbers, BETWEEN, from_us, to_us, LINES_MAX + 1])
    fetched = rows.fetchall()
    districts = dict(cursor.execute(ALL_BOOKS).fetchall())
    entries = [entry_from(row, districts) for row in fetched[:LINES_MAX]]
    lines, running = [], opening
    for entry in entries:
        for line in _lines(entry, person_id.bytes):
            running += line["signed_minutes"]
            lines.append(line | {"balance_minutes": running})
    is_whole = len(fetched) <= LINES_MAX
    return {
        "person_id": str(person_id),
        "by": by,
        "opening_minutes": opening,
        "closing_minutes": _balance(cursor, numbers, to_us, TIMES[by]) if is_whole else running,
        "lines": lines,
        "is_whole": is_whole,
    }


def _balance(cursor: Any, numbers: list[int], before_us: int, time: str) -> int:
    sums = {
        side: cursor.execute(MOVED.format(side=side, time=time), [numbers, before_us]).fetchone()[0]
        for side in ("debit", "credit")
    }
    return int(sums["credit"] - sums["debit"])


def _lines(entry: Entry, owner: bytes) -> list[dict[str, Any]]:
    """One line for each side that is the person's."""
    sides = ((entry.debit, entry.credit, -1), (entry.credit, entry.debit, 1))
    return [_line(entry, key, other, sign) for key, other, sign in sides if _is_of(key, owner)]


def _is_of(key: WalletKey | None, owner: bytes) -> bool:
    return key is not None and key.owner_id == owner and key.wallet_class in PERSON_CLASSES


def _line(entry: Entry, key: WalletKey | None, other: WalletKey | None, sign: int) -> dict[str, Any]:
    assert key is not None
    transfer = as_transfer(entry, lambda _wallet: False)
    kept = ("transfer_id", "cause_id", "evidence_class", "policy_version", "effective_at", "recorded_at")
    return {name: transfer[name] for name in kept} | {
        "reason": Reason(entry.reason).label,
        "class": WalletClass(key.base().wallet_class).name.lower(),
        "district_id": transfer["district_id"],
        "other_class": WalletClass(other.wallet_class).name.lower() if other else None,
        "signed_minutes": sign * entry.minutes,
    }
