"""Sums over the journal that the caps of a settlement need: what a volunteer was awarded on a day, and still owes."""

from __future__ import annotations

from collections.abc import Iterable

from services.ledger.domain.days import day_bounds_us
from services.ledger.domain.entries import Entry
from services.ledger.domain.postings import View
from services.ledger.domain.reasons import AWARDS, Evidence, Reason
from services.ledger.domain.wallets import WalletKey

SHORTFALLS = frozenset((Reason.SHORTFALL_OWED, Reason.SHORTFALL_BORNE))


def awarded_on(view: View, wallet: WalletKey, instant_us: int) -> int:
    """What counts in the day's cap: awards and what recovery kept of them, less what was reversed."""
    start, end = day_bounds_us(instant_us)
    moved = [_award(row, wallet) for row in view.rows_since(wallet) if start <= row.effective_at < end]
    noted = [_noted_award(note) for note in view.notes(wallet) if start <= note.effective_at < end]
    return sum(moved) + sum(noted)


def due_for_recovery(notes: Iterable[Entry]) -> int:
    """What is still to be kept back from later awards: owed shortfalls less what was kept, which a reversal undoes."""
    due = 0
    for note in notes:
        if note.reason in (Reason.SHORTFALL_OWED, Reason.REVERSAL):
            due += note.minutes
        elif note.reason == Reason.RECOVERY:
            due -= note.minutes
    return due


def _award(row: Entry, wallet: WalletKey) -> int:
    if row.credit == wallet and row.reason in AWARDS:
        return row.minutes
    if row.debit == wallet and row.reason == Reason.REVERSAL and row.evidence != Evidence.NONE:
        return -row.minutes
    return 0


def _noted_award(note: Entry) -> int:
    if note.reason == Reason.RECOVERY:
        return note.minutes
    if note.reason in SHORTFALLS or note.reason == Reason.REVERSAL:
        return -note.minutes
    return 0
