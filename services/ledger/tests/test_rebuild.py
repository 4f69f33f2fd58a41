"""The logs' tiles made anew beside the running ones: the same as signed, or not swapped."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from libs.db import Database
from libs.tlog.merkle import root_of
from libs.tlog.tiles import TileReader
from services.ledger.audit import rebuild
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.tests.stories import of_district
from services.ledger.tests.support import EAST, Ledger, issue

ROWS = 300
DISTRICT = str(UUID(bytes=EAST))


def sign(ledger: Ledger, root: bytes) -> None:
    """Store a head of the log, as the sealer does."""
    sealing = Database(str(ledger.database.url).replace("ledger_app:", "ledger_sealer:"), pool_max=1)
    with sealing.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO journal.checkpoint (book, size, root, note, signed_at) VALUES (1, %s, %s, 'note', 1)",
            (ROWS, root),
        )
    sealing.dispose()


def history(ledger: Ledger) -> list[bytes]:
    """Post some rows, one more than is signed; return the leaves."""
    ledger.post(*(issue(of_district(W.POOL), 1) for _ in range(ROWS + 1)))
    with ledger.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT leaf_hash FROM journal.entry ORDER BY pos").scalars()
        return [bytes(leaf) for leaf in rows][:ROWS]


def test_tiles_are_made_anew_and_put_in_the_place_of_damaged_ones(ledger: Ledger, tmp_path: Path) -> None:
    leaves = history(ledger)
    sign(ledger, root_of(leaves))

    first = rebuild.run(ledger.database.url, tmp_path)[0]
    again = rebuild.run(ledger.database.url, tmp_path)[0]
    (tmp_path / DISTRICT / "tile" / "0" / "000").write_bytes(b"damaged")
    (tmp_path / DISTRICT / "trust").write_text("kept")
    mended = rebuild.run(ledger.database.url, tmp_path)[0]

    assert (first.size, first.root) == (ROWS, root_of(leaves))
    assert (first.was_same, again.was_same, mended.was_same) == (False, True, False)
    assert TileReader(tmp_path / DISTRICT, ROWS).tile(0, 0) == b"".join(leaves[:256])
    assert (tmp_path / DISTRICT / "trust").read_text() == "kept"


def test_nothing_is_swapped_when_the_journal_is_not_what_was_signed(ledger: Ledger, tmp_path: Path) -> None:
    leaves = history(ledger)
    sign(ledger, root_of([*leaves[:-1], leaves[0]]))

    with pytest.raises(rebuild.RootDiffersError):
        rebuild.run(ledger.database.url, tmp_path)

    assert not (tmp_path / DISTRICT).exists()
