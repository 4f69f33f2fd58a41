"""A poster's cache is bounded: what it forgets is read again, and what it keeps stays right."""

from __future__ import annotations

import pytest

from libs.programme.refusals import InsufficientCreditsError
from services.ledger.audit import verify
from services.ledger.store import book
from services.ledger.tests.support import Ledger, earned, issue, move, new

BOUND = 20
PERSONS = 60


def test_a_full_cache_makes_room_and_every_balance_stays_right(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "WALLETS_CACHED_MAX", BOUND)
    wallets = [earned(new()) for _ in range(PERSONS)]
    for wallet in wallets:
        ledger.post(issue(wallet, 10))

    for round_ in range(3):
        for number, wallet in enumerate(wallets):
            to = wallets[(number * 7 + round_) % PERSONS]
            if to != wallet:
                assert ledger.post(move(wallet, to, 1), move(to, wallet, 1))[1].refusal is None

    assert len(ledger.journal._cache.wallets) <= BOUND + 3
    assert ledger.journal._cache.wallets.keys() == {
        cached_wallet.key for cached_wallet in ledger.journal._cache.by_number.values()
    }
    assert {ledger.balance(wallet) for wallet in wallets} == {10}
    assert isinstance(ledger.post(move(wallets[0], wallets[1], 11))[0].refusal, InsufficientCreditsError)
    assert verify.run(ledger.database.url, verify.Terms(processes=1)).findings == []
