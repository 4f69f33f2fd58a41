"""Balances read without a lock: a wallet's balance is the `after` of its last row."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from services.ledger.domain.wallets import WalletKey, wallet_id
from services.ledger.store.loading import FIND_WALLETS
from services.ledger.store.rows import driver_connection, id_array, raw_cursor


def balances_of(connection: Connection, keys: Iterable[WalletKey]) -> dict[WalletKey, int]:
    """The balances of wallets as of now; 0 for those that were never opened."""
    wanted = {wallet_id(key): key for key in keys}
    balances = dict.fromkeys(wanted.values(), 0)
    cursor = raw_cursor(driver_connection(connection))
    for id_bytes, _, debit_version, debit_after, credit_version, credit_after in cursor.execute(
        FIND_WALLETS, [id_array(wanted)]
    ):
        is_debit = (debit_version or 0) >= (credit_version or 0)
        balances[wanted[id_bytes]] = (debit_after if is_debit else credit_after) or 0
    return balances
