"""The sealer signs what was posted, once, in order, and never what contradicts it."""

from __future__ import annotations

import errno
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import sqlalchemy

from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres
from libs.tlog.merkle import leaf_hash, root_of
from libs.tlog.notes import Checkpoint, Note
from services.ledger.store.checkpoints import SignedHead
from services.ledger.store.leaves import books, read_leaves
from services.ledger.tests.support import EAST, WEST, Ledger, earned, issue, new
from services.witness.server import Server
from tests.proof.support import DISTRICT, LOG_NAME, Bench


def _post(ledger: Ledger, rows: int, district: bytes = EAST) -> None:
    ledger.post(*(issue(earned(new(), district), 10) for _ in range(rows)))


def _leaves(ledger: Ledger) -> list[bytes]:
    with ledger.database.reading() as connection:
        book = next(log_book for log_book in books(connection) if log_book.district_id == UUID(bytes=EAST))
        return [leaf for _, leaf in read_leaves(connection, book.book, first=1)]


def _superuser(server: EmbeddedPostgres, ledger: Ledger) -> psycopg.Connection[tuple[object, ...]]:
    database = ledger.database.engine.url.database
    connection = psycopg.connect(server.superuser_url(str(database)), autocommit=True)
    connection.execute("ALTER TABLE journal.entry DISABLE TRIGGER ALL")
    return connection


def test_a_head_covers_all_that_was_posted_and_is_signed_by_log_and_witness(
    ledger: Ledger, bench: Bench, witness: Server
) -> None:
    _post(ledger, 5)

    (head,) = bench.sealer.tick()

    note = Note.parse((bench.folder / "logs" / DISTRICT / "checkpoint").read_text())
    assert str(note) == head.note
    assert Checkpoint.parse(note.text) == Checkpoint(f"{LOG_NAME}/{DISTRICT}", 5, root_of(_leaves(ledger)))
    assert len(note.signatures) == 2
    assert witness.witness.key in note.signers([witness.witness.key])


def test_heads_grow_per_book_and_nothing_new_signs_nothing(ledger: Ledger, bench: Bench) -> None:
    _post(ledger, 300)
    _post(ledger, 2, WEST)

    assert sorted(head.size for head in bench.sealer.tick()) == [2, 300]
    assert bench.sealer.tick() == []
    _post(ledger, 1)
    assert [head.size for head in bench.sealer.tick()] == [301]


def test_a_head_is_announced_once_in_the_transaction_that_stores_it(ledger: Ledger, bench: Bench) -> None:
    _post(ledger, 2)
    bench.sealer.tick()

    with ledger.database.reading() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT event_type, stream, pos FROM outbox")).all()
    assert [tuple(row) for row in rows] == [("timebank.ledger.v1.CheckpointSigned", f"checkpoints/{DISTRICT}", 1)]


def test_tiles_that_were_lost_are_made_again_from_the_journal(ledger: Ledger, url: str, bench: Bench) -> None:
    _post(ledger, 300)
    bench.sealer.tick()
    folder = bench.folder / "logs" / DISTRICT
    tile, full = (folder / "tile/0/001.p/44").read_bytes(), (folder / "tile/0/000").read_bytes()
    shutil.rmtree(folder / "tile")

    again = _bench_again(bench, url)
    _post(ledger, 1)

    assert [head.size for head in again.sealer.tick()] == [301]
    assert (folder / "tile/0/000").read_bytes() == full
    assert (folder / "tile/0/001.p/45").read_bytes()[:-32] == tile
    again.close()


def test_a_tile_that_was_damaged_is_made_again(ledger: Ledger, url: str, bench: Bench) -> None:
    _post(ledger, 300)
    bench.sealer.tick()
    path = bench.folder / "logs" / DISTRICT / "tile/0/001.p/44"
    content = path.read_bytes()
    path.write_bytes(b"\0" * len(content))

    again = _bench_again(bench, url)
    again.sealer.tick()

    assert path.read_bytes() == content
    assert again.sealer.stopped == []
    again.close()


def test_a_checkpoint_that_was_stored_but_not_published_is_published(ledger: Ledger, url: str, bench: Bench) -> None:
    _post(ledger, 3)
    (head,) = bench.sealer.tick()
    published = bench.folder / "logs" / DISTRICT / "checkpoint"
    published.unlink()

    again = _bench_again(bench, url)
    again.sealer.tick()

    assert published.read_text() == head.note
    again.close()


def test_without_its_witness_nothing_is_stored_and_later_all_is(
    ledger: Ledger, url: str, bench: Bench, tmp_path: Path
) -> None:
    dead = Bench(tmp_path, url, witness=(str(_witness_key(bench)), "http://127.0.0.1:9"))
    _post(ledger, 3)

    assert dead.sealer.tick() == []
    assert [head.size for head in bench.sealer.tick()] == [3]
    dead.close()


@pytest.mark.parametrize("position", [1, 200, 300])
def test_a_row_that_was_rewritten_after_signing_stops_the_sealer_and_is_named(
    ledger: Ledger, bench: Bench, postgres_server: EmbeddedPostgres, position: int
) -> None:
    _post(ledger, 300)
    bench.sealer.tick()
    with _superuser(postgres_server, ledger) as connection:
        update = "UPDATE journal.entry SET leaf_hash = %s WHERE pos = %s"
        connection.execute(update, [leaf_hash(b"other"), position])
    _post(ledger, 1)

    bench.sealer.tick()
    bench.sealer.tick()  # Old entries are looked at again in turn, some thousand at each tick.

    (stopped,) = bench.sealer.stopped
    assert stopped.position == position
    assert f"position {position}" in (bench.folder / "logs" / DISTRICT / "alarm").read_text()


def test_a_stopped_log_stays_stopped_until_the_journal_is_what_was_signed(
    ledger: Ledger, url: str, bench: Bench, postgres_server: EmbeddedPostgres
) -> None:
    _post(ledger, 5)
    bench.sealer.tick()
    with _superuser(postgres_server, ledger) as connection:
        update = "UPDATE journal.entry SET leaf_hash = %s WHERE pos = 2"
        (before,) = connection.execute("SELECT leaf_hash FROM journal.entry WHERE pos = 2").fetchone() or (b"",)
        connection.execute(update, [leaf_hash(b"other")])
        bench.sealer.tick()
        still = _bench_again(bench, url)
        assert still.sealer.tick() == []
        assert len(still.sealer.stopped) == 1
        connection.execute(update, [before])
    _post(ledger, 1)

    healed = _bench_again(bench, url)

    assert [head.size for head in healed.sealer.tick()] == [6]
    assert not (bench.folder / "logs" / DISTRICT / "alarm").exists()
    still.close()
    healed.close()


def test_a_gap_is_never_signed(ledger: Ledger, bench: Bench, postgres_server: EmbeddedPostgres) -> None:
    _post(ledger, 5)
    with _superuser(postgres_server, ledger) as connection:
        connection.execute("DELETE FROM journal.entry WHERE pos = 3")

    assert bench.sealer.problem == "has not looked yet"
    assert bench.sealer.tick() == []
    assert bench.sealer.stopped[0].position == 3
    assert bench.sealer.problem == "sealing has stopped at 1 logs"


def test_lost_tiles_and_a_rewritten_journal_are_told_from_damage(
    ledger: Ledger, url: str, bench: Bench, postgres_server: EmbeddedPostgres
) -> None:
    for _ in range(3):
        _post(ledger, 10)
        bench.sealer.tick()
    shutil.rmtree(bench.folder / "logs" / DISTRICT / "tile")
    with _superuser(postgres_server, ledger) as connection:
        connection.execute("UPDATE journal.entry SET leaf_hash = %s WHERE pos = 15", [leaf_hash(b"other")])

    again = _bench_again(bench, url)
    again.sealer.tick()

    assert again.sealer.stopped[0].position == 11
    assert "from here to 20" in again.sealer.stopped[0].words
    again.close()


def test_only_one_of_two_sealers_leads_and_the_other_takes_over(ledger: Ledger, url: str, bench: Bench) -> None:
    other = _bench_again(bench, url)
    stops = [threading.Event(), threading.Event()]
    threads = [
        threading.Thread(target=sealer.run, args=(stop,))
        for sealer, stop in zip((bench.sealer, other.sealer), stops, strict=True)
    ]
    for thread in threads:
        thread.start()
    _wait_for_size(ledger, bench, 4)

    stops[0].set()
    threads[0].join(10)
    _wait_for_size(ledger, bench, 8)

    stops[1].set()
    threads[1].join(10)
    with ledger.database.reading() as connection:
        sizes = connection.scalars(sqlalchemy.text("SELECT size FROM journal.checkpoint ORDER BY size")).all()
    assert sizes[-1] == 8
    assert (bench.sealer.problem, other.sealer.problem) == (None, None)
    assert not bench.sealer.stopped
    assert not other.sealer.stopped
    other.close()


def test_what_fails_is_named_until_it_works_again(
    ledger: Ledger, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick = bench.sealer.tick
    full = threading.Event()
    full.set()

    def try_to_seal() -> list[SignedHead]:
        if full.is_set():
            raise OSError(errno.ENOSPC, "No space left on device")
        return tick()

    monkeypatch.setattr(bench.sealer, "tick", try_to_seal)
    stop = threading.Event()
    thread = threading.Thread(target=bench.sealer.run, args=(stop,))
    thread.start()
    try:
        _until(lambda: "failed: OSError" in (bench.sealer.problem or ""))
        full.clear()
        _until(lambda: bench.sealer.problem is None)
    finally:
        stop.set()
        thread.join()


def test_checkpoints_refuse_every_change(ledger: Ledger, bench: Bench, postgres_server: EmbeddedPostgres) -> None:
    _post(ledger, 1)
    bench.sealer.tick()
    database = str(ledger.database.engine.url.database)

    with psycopg.connect(postgres_server.superuser_url(database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in (
            "UPDATE journal.checkpoint SET size = 9",
            "DELETE FROM journal.checkpoint",
            "TRUNCATE journal.checkpoint",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(statement)
    with psycopg.connect(plain_url(ledger.database.url), autocommit=True) as connection:
        for statement in ("UPDATE journal.checkpoint SET size = 9", "DELETE FROM journal.checkpoint"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def _wait_for_size(ledger: Ledger, bench: Bench, size: int) -> None:
    _post(ledger, 4)
    end = time.monotonic() + 10
    path = bench.folder / "logs" / DISTRICT / "checkpoint"
    while time.monotonic() < end:
        if path.exists() and Checkpoint.parse(Note.parse(path.read_text()).text).size == size:
            return
        time.sleep(0.05)
    raise AssertionError("no head within the bound of 10 seconds")


def _witness_key(bench: Bench) -> object:
    return bench.sealer._policy.witnesses[0].key


def _bench_again(bench: Bench, url: str) -> Bench:
    """The sealer's process started anew on the same folder."""
    witness = bench.sealer._policy.witnesses[0]
    return Bench(bench.folder, url, witness=(str(witness.key), witness.url))


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        threading.Event().wait(0.05)
