"""Balances read without a lock: a wallet's balance is the `after` of its last row."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from libs.db.driver import driver_connection, translate_driver_errors
from services.ledger.domain.wallets import Id, WalletKey, book_of, class_of, wallet_id
from services.ledger.store.loading import ALL_BOOKS, FIND_WALLETS
from services.ledger.store.raw import id_array, raw_cursor


def balances_of(connection: Connection, keys: Iterable[WalletKey]) -> dict[WalletKey, int]:
    """The balances of wallets as of now; 0 for those that were never opened."""
    with translate_driver_errors():
        return _balances_of(connection, {wallet_id(key): key for key in keys})


def _balances_of(connection: Connection, wanted: dict[Id, WalletKey]) -> dict[WalletKey, int]:
    balances = dict.fromkeys(wanted.values(), 0)
    cursor = raw_cursor(driver_connection(connection))
    for id_bytes, _, debit_version, debit_after, credit_version, credit_after in cursor.execute(
        FIND_WALLETS, [id_array(wanted)]
    ):
        is_debit = (debit_version or 0) >= (credit_version or 0)
        balances[wanted[id_bytes]] = (debit_after if is_debit else credit_after) or 0
    return balances


WALLETS_OF = """
    SELECT w.wallet, d.debit_version, d.debit_after, c.credit_version, c.credit_after
    FROM journal.wallet w
    LEFT JOIN LATERAL (SELECT debit_version, debit_after FROM journal.entry
                       WHERE debit = w.wallet AND outcome = 0 ORDER BY debit_version DESC LIMIT 1) d ON true
    LEFT JOIN LATERAL (SELECT credit_version, credit_after FROM journal.entry
                       WHERE credit = w.wallet AND outcome = 0 ORDER BY credit_version DESC LIMIT 1) c ON true
    WHERE w.owner = %s::uuid"""


def balances_of_person(connection: Connection, owner_id: Id) -> dict[WalletKey, int]:
    """The balances of all wallets of an owner (a person or a district), held twins included."""
    cursor = raw_cursor(driver_connection(connection))
    districts = dict(cursor.execute(ALL_BOOKS).fetchall())
    balances = {}
    for number, debit_version, debit_after, credit_version, credit_after in cursor.execute(
        WALLETS_OF, [owner_id.hex()]
    ):
        is_debit = (debit_version or 0) >= (credit_version or 0)
        key = WalletKey(districts[book_of(number)], owner_id, class_of(number))
        balances[key] = (debit_after if is_debit else credit_after) or 0
    return balances
