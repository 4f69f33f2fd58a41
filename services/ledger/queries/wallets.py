"""Wallets as people see them: what is held counts in the balance, and is told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
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
NOWHERE = UUID(int=0)
_NOWHERE = f"CAST('{NOWHERE}' AS uuid)"
# Districts own wallets too: they come first. Then, unit by unit, whoever lives there, in the order of one index: a page
# looks at the people that it shows. The unit of the page before is a part of its own, so that none is passed over.
_OWNERS = f"""
    SELECT {_NOWHERE} AS home, own.id AS owner FROM unnest(CAST(:units AS uuid[])) AS own (id)
    WHERE :home = {_NOWHERE} AND own.id >= :owner
    UNION ALL
    (SELECT home_unit_id, person_id FROM person WHERE home_unit_id = :home AND person_id >= :owner
     ORDER BY home_unit_id, person_id)
    UNION ALL
    (SELECT home_unit_id, person_id FROM person
     WHERE home_unit_id = ANY(ARRAY(SELECT u FROM unnest(CAST(:units AS uuid[])) AS u WHERE u > :home ORDER BY u))
     ORDER BY home_unit_id, person_id)"""
IN_UNITS = sa.text(f"""
    SELECT w.*, o.home FROM (SELECT * FROM ({_OWNERS}) every ORDER BY home, owner) o
    CROSS JOIN LATERAL ({_query("w.owner = o.owner")} ORDER BY w.wallet OFFSET 0) w
    WHERE (o.home, o.owner, w.wallet) > (:home, :owner, :number) ORDER BY o.home, o.owner, w.wallet LIMIT :limit""")


class Place(NamedTuple):
    """Where a page of wallets ended: at whose, in which unit. A list that goes by numbers has no unit and nobody."""

    home_id: UUID = NOWHERE
    owner_id: UUID = NOWHERE
    number: int = 0


def wallets_of_owner(connection: Connection, owner: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """The wallets of a person or a district."""
    return _wallets(connection.execute(BY_OWNER, {"owner": owner, "after": after, "limit": limit}).all())


def wallets_in_units(
    connection: Connection, units: Sequence[UUID] | None, *, after: Place, limit: int
) -> list[dict[str, Any]]:
    """The wallets of these districts and of the people at home in these units; None = all there are."""
    if units is None:
        return _wallets(connection.execute(EVERY, {"after": after.number, "limit": limit}).all())
    terms = {"units": list(units), "home": after.home_id, "owner": after.owner_id, "number": after.number}
    return [_wallet(row) | {"home_id": str(row.home)} for row in connection.execute(IN_UNITS, terms | {"limit": limit})]


def find_wallet(connection: Connection, wallet_id: UUID, *, as_of_us: int | None = None) -> dict[str, Any] | None:
    """One wallet by its public id, as it is or as it was recorded at an instant."""
    if as_of_us is None:
        rows = connection.execute(BY_ID, {"wallet_id": wallet_id}).all()
    else:
        rows = connection.execute(BY_ID_AS_OF, {"wallet_id": wallet_id, "as_of": as_of_us}).all()
    return next(iter(_wallets(rows)), None)


def _wallets(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_wallet(row) for row in rows]


def _wallet(row: Any) -> dict[str, Any]:
    wallet_class = WalletClass(row[2])
    return {
        "number": row.wallet,
        "home_id": str(NOWHERE),
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
