"""How much credit there is, and what was saved, spent and left of it month by month: open to everybody, so from sums.

What is summed is kept beside the journal (`services.ledger.store.sums_store`), and an answer for half a minute.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import local_date, monotonic
from services.ledger.domain.closing import Month
from services.ledger.domain.flows import FLOWS, POOL
from services.ledger.domain.reasons import BETWEEN_TWINS, Reason
from services.ledger.domain.wallets import PERSON_CLASSES, WalletClass
from services.ledger.store.sums_store import sums_by_district

KEPT_SECONDS = 30
BOOKS = sa.text("SELECT district_id FROM journal.book")


class Moved(NamedTuple):
    """Why, from which class of wallet, to which."""

    reason: int
    debit: int
    credit: int


Sums = dict[date, Counter[Moved]]


class SupplyHistory:
    """Answers from what it keeps for half a minute; one request at a time reads anew, in two statements."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._kept_seconds = kept_seconds
        self._lock = threading.Lock()
        self._answer: list[dict[str, Any]] = []
        self._until = 0.0
        self._of: datetime | None = None

    def rows(self, reading: Callable[[], AbstractContextManager[Connection]], now: datetime) -> list[dict[str, Any]]:
        """Return a row for each district and month, oldest first, up to the month that is not over yet."""
        with self._lock:
            is_fresh = monotonic() < self._until and self._of == now.replace(second=0, microsecond=0)
            if not is_fresh:
                with reading() as connection:
                    self._answer = _read(connection, now)
                self._until = monotonic() + self._kept_seconds
                self._of = now.replace(second=0, microsecond=0)
            return self._answer


def supply(connection: Connection) -> list[dict[str, Any]]:
    """How much credit each district issued, and where it is now, by class of wallet."""
    districts: dict[UUID, Counter[str]] = {}
    for district_id, _, _, debit, credit, minutes in sums_by_district(connection):
        of = districts.setdefault(district_id, Counter())
        of[WalletClass(debit).name.lower()] -= minutes
        of[WalletClass(credit).name.lower()] += minutes
    return [
        {
            "district_id": str(district_id),
            "issued_minutes": -of["issuance"],
            "sum_minutes": of.total(),
            "minutes": dict(sorted(of.items())),
        }
        for district_id, of in sorted(districts.items(), key=lambda district: str(district[0]))
    ]


def _read(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    districts: dict[UUID, Sums] = {district_id: {} for district_id in connection.scalars(BOOKS)}
    for district_id, month, reason, debit, credit, minutes in sums_by_district(connection):
        if reason not in BETWEEN_TWINS:
            sums = districts.setdefault(district_id, {})
            sums.setdefault(month, Counter())[Moved(reason, debit, credit)] += minutes
    this = local_date(now).replace(day=1)
    in_order = sorted(districts.items(), key=lambda district: str(district[0]))
    return [row for district_id, sums in in_order for row in _months(district_id, sums, this)]


def _months(district_id: UUID, sums: Sums, this: date) -> list[dict[str, Any]]:
    """Return a district's rows from its first month to this one, also those in which nothing moved."""
    rows, outstanding, pool = [], 0, 0
    month = Month(min([*sums, this]))
    while month.first_day <= this:
        moved = sums.get(month.first_day, Counter())
        outstanding += _change(moved, PERSON_CLASSES)
        pool += _change(moved, POOL)
        rows.append(_row(district_id, month, moved) | {"outstanding_minutes": outstanding, "pool_minutes": pool})
        month = Month(month.next_day)
    return rows


def _row(district_id: UUID, month: Month, moved: Counter[Moved]) -> dict[str, Any]:
    return {
        "district_id": str(district_id),
        "month": str(month),
        "saved_minutes": _flowed(moved, "saved"),
        "spent_minutes": _flowed(moved, "spent"),
        "granted_minutes": _sum(moved, Reason.GRANT),
        "lapsed_minutes": _sum(moved, Reason.GRANT_RETURNED),
        "reversed_minutes": _sum(moved, Reason.REVERSAL),
    }


def _flowed(moved: Counter[Moved], name: str) -> int:
    return sum(minutes for flow, minutes in moved.items() if FLOWS[name].fits(**flow._asdict()))


def _sum(moved: Counter[Moved], reason: Reason) -> int:
    return sum(minutes for flow, minutes in moved.items() if flow.reason == reason)


def _change(moved: Counter[Moved], classes: frozenset[WalletClass]) -> int:
    """By how much the wallets of some classes changed together."""
    return sum(minutes * ((flow.credit in classes) - (flow.debit in classes)) for flow, minutes in moved.items())
