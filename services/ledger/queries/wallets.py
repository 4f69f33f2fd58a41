"""Wallets as people see them: what is held counts in the balance, and is told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import from_microseconds
from services.ledger.domain.wallets import PERSON_CLASSES, WalletClass

# A balance is the `after` of the last row, on whichever side it was.
_AFTER = """
    coalesce((SELECT x.after FROM (
        (SELECT debit_version AS version, debit_after AS after FROM journal.entry
         WHERE debit = {number} AND outcome = 0 {until} ORDER BY debit_version DESC LIMIT 1)
        UNION ALL
        (SELECT credit_version, credit_after FROM journal.entry
         WHERE credit = {number} AND outcome = 0 {until} ORDER BY credit_version DESC LIMIT 1)
    ) x ORDER BY x.version DESC LIMIT 1), 0)"""
_TWIN = "(CASE w.class WHEN 3 THEN 8 WHEN 5 THEN 9 WHEN 6 THEN 10 WHEN 7 THEN 11 END)"


def _query(condition: str, *, until: str = "") -> str:
    own = _AFTER.format(number="w.wallet", until=until)
    held = _AFTER.format(number="t.wallet", until=until)
    return f"""
        SELECT w.wallet, w.wallet_id, w.class, w.owner, w.opened_at, b.district_id, {own} AS own,
            CASE WHEN t.wallet IS NULL THEN 0 ELSE {held} END AS held
        FROM journal.wallet w
        JOIN journal.book b ON b.book = w.book
        LEFT JOIN journal.wallet t ON t.owner = w.owner AND t.book = w.book AND t.class = {_TWIN}
        WHERE w.class <= 7 AND {condition}"""


_UNTIL = "AND recorded_at <= :as_of"
_PAGE = " ORDER BY w.wallet LIMIT :limit"
BY_OWNER = sa.text(_query("w.owner = :owner AND w.wallet > :after") + _PAGE)
BY_ID = sa.text(_query("w.wallet_id = :wallet_id"))
BY_ID_AS_OF = sa.text(_query("w.wallet_id = :wallet_id", until=_UNTIL))
EVERY = sa.text(_query("w.wallet > :after") + _PAGE)
FEW_UNITS_MAX = 16
"""Of the people of so few units all wallets are found first and put in order; of more, those in order are looked at."""


def _in_units(people: str) -> sa.TextClause:
    """Lay two lists together: each is found by its own index."""
    parts = (f"({_query(f'{whose} AND w.wallet > :after')} {_PAGE})" for whose in ("w.owner = ANY(:units)", people))
    return sa.text(f"SELECT * FROM ({' UNION ALL '.join(parts)}) w {_PAGE}")


_AT_HOME = "SELECT person_id FROM person WHERE home_unit_id = ANY(:units)"
IN_FEW_UNITS = _in_units(f"w.owner = ANY(ARRAY({_AT_HOME}))")
IN_UNITS = _in_units(f"w.owner IN ({_AT_HOME})")
SUPPLY = sa.text(f"""
    SELECT b.district_id, w.class, count(*) AS wallets, sum({_AFTER.format(number="w.wallet", until="")}) AS minutes
    FROM journal.wallet w JOIN journal.book b ON b.book = w.book GROUP BY 1, 2 ORDER BY 1, 2""")


def wallets_of_owner(connection: Connection, owner: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """The wallets of a person or a district."""
    return _wallets(connection.execute(BY_OWNER, {"owner": owner, "after": after, "limit": limit}).all())


def wallets_in_units(
    connection: Connection, units: Sequence[UUID] | None, *, after: int, limit: int
) -> list[dict[str, Any]]:
    """The wallets of these districts and of the people at home in these units; None = all there are."""
    if units is None:
        return _wallets(connection.execute(EVERY, {"after": after, "limit": limit}).all())
    terms = {"units": list(units), "after": after, "limit": limit}
    query = IN_FEW_UNITS if len(units) <= FEW_UNITS_MAX else IN_UNITS
    return _wallets(connection.execute(query, terms).all())


def find_wallet(connection: Connection, wallet_id: UUID, *, as_of_us: int | None = None) -> dict[str, Any] | None:
    """One wallet by its public id, as it is or as it was recorded at an instant."""
    if as_of_us is None:
        rows = connection.execute(BY_ID, {"wallet_id": wallet_id}).all()
    else:
        rows = connection.execute(BY_ID_AS_OF, {"wallet_id": wallet_id, "as_of": as_of_us}).all()
    return next(iter(_wallets(rows)), None)


def supply(connection: Connection) -> list[dict[str, Any]]:
    """How much credit each district issued, and where it is now, by class of wallet."""
    districts: dict[UUID, dict[str, int]] = {}
    for row in connection.execute(SUPPLY):
        minutes = districts.setdefault(row.district_id, {})
        minutes[WalletClass(row[1]).name.lower()] = int(row.minutes)
    return [
        {
            "district_id": str(district_id),
            "issued_minutes": -minutes.get("issuance", 0),
            "sum_minutes": sum(minutes.values()),
            "minutes": minutes,
        }
        for district_id, minutes in districts.items()
    ]


def _wallets(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_wallet(row) for row in rows]


def _wallet(row: Any) -> dict[str, Any]:
    wallet_class = WalletClass(row[2])
    return {
        "number": row.wallet,
        "wallet_id": str(row.wallet_id),
        "class": wallet_class.name.lower(),
        "person_id": str(row.owner) if wallet_class in PERSON_CLASSES else None,
        "owner_id": str(row.owner),
        "district_id": str(row.district_id),
        "balance_minutes": row.own + row.held,
        "held_minutes": row.held,
        "available_minutes": row.own,
        "opened_at": from_microseconds(row.opened_at).isoformat().replace("+00:00", "Z"),
    }
