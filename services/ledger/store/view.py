"""The journal as the commands of one batch see it: what was loaded under the lock, with their own rows on top."""

from __future__ import annotations

from services.ledger.domain.entries import Entry
from services.ledger.domain.reasons import Outcome
from services.ledger.domain.wallets import Id, WalletKey
from services.ledger.store.book import CachedWallet


class JournalView:
    """Implements the rules' `View`; a wallet that was not asked for is an error, never a zero."""

    def __init__(self, wallets: dict[WalletKey, CachedWallet]) -> None:
        self.now_us = 0
        self._wallets = wallets
        self._acts: dict[Id, list[Entry]] = {}
        self._history: dict[WalletKey, list[Entry]] = {}
        self._notes: dict[WalletKey, list[Entry]] = {}
        self.keeps_rows = False
        """Whether any command of the batch looks at rows; plain transfers do not."""

    def balance(self, key: WalletKey) -> int:
        """The wallet's balance, under the lock."""
        return self._wallets[key].after

    def rows_of_act(self, act_id: Id) -> list[Entry]:
        """All rows of an act, oldest first."""
        return self._acts[act_id]

    def rows_since(self, key: WalletKey) -> list[Entry]:
        """The wallet's rows since the instant that was asked for."""
        return self._history[key]

    def notes(self, key: WalletKey) -> list[Entry]:
        """The notes about a wallet."""
        return self._notes[key]

    def load_acts(self, rows: dict[Id, list[Entry]]) -> None:
        """Add the rows of acts."""
        self._acts.update(rows)
        self.keeps_rows = self.keeps_rows or bool(rows)

    def load_history(self, rows: dict[WalletKey, list[Entry]]) -> None:
        """Add the rows of wallets."""
        self._history.update(rows)
        self.keeps_rows = self.keeps_rows or bool(rows)

    def load_notes(self, rows: dict[WalletKey, list[Entry]]) -> None:
        """Add the notes about wallets."""
        self._notes.update(rows)
        self.keeps_rows = self.keeps_rows or bool(rows)

    def add(self, entry: Entry) -> None:
        """Show a new row to the commands after it."""
        if entry.act_id in self._acts:
            self._acts[entry.act_id].append(entry)
        kept = self._notes if entry.outcome == Outcome.NOTED else self._history
        for key in (entry.debit, entry.credit):
            if key in kept:
                kept[key].append(entry)
