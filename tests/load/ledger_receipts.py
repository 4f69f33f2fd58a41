"""Sealing a whole journal, making receipts of it, and checking them with the program that everybody has."""

from __future__ import annotations

import importlib.util
import random
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import sqlalchemy

from libs.clock import SystemClock
from libs.db import Database
from libs.tlog.notes import create_signer
from libs.tlog.policy import Policy
from services.ledger.domain.wallets import Id
from services.ledger.proof.keys import family_key, witness_policy
from services.ledger.proof.receipt import make_receipt
from services.ledger.proof.sealer import Sealer
from services.ledger.queries.entries import entries_by_request
from services.ledger.store.checkpoints import SignedHead
from services.witness.server import Server
from services.witness.witness import add_log

ROOT = Path(__file__).resolve().parents[2]
LOG_NAME = "bench.example/ledger"
SAMPLE = 100
SEED = 7


def measure(bench: Any, url: str, *, size: str = "") -> None:
    """Seal everything that is in the journal; add the rows about sealing and receipts to the bench."""
    database, folder = Database(url), Path(bench.folder) / f"proof{size.replace(' ', '-')}"
    witness = Server(folder / "witness", 0)
    thread = threading.Thread(target=witness.serve)
    thread.start()
    try:
        rows, seconds = _seal(database, folder, witness)
        bench.add(f"sealing, signed and co-signed{size}", rows / seconds, "rows/s", written=rows)
        made, checked, length = _receipts(database, folder)
        bench.add(f"a receipt made, median of {SAMPLE}{size}", made * 1000, "ms", at_most=20)
        bench.add(f"a receipt verified by verify.py, median of {SAMPLE}{size}", checked * 1000, "ms", at_most=10)
        bench.add(f"a receipt's length{size}", length, "bytes", at_most=4096)
    finally:
        witness.stop()
        thread.join()
        database.dispose()


def _seal(database: Database, folder: Path, witness: Server) -> tuple[int, float]:
    add_log(folder / "witness", str(family_key(folder / "log.seed", LOG_NAME)))
    address = {"bureau": (str(witness.witness.key), f"http://127.0.0.1:{witness.port}")}
    sealer = Sealer(
        Database(str(database.url).replace("ledger_app:", "ledger_sealer:")),
        clock=SystemClock(),
        folder=folder / "logs",
        log_name=LOG_NAME,
        signer=create_signer(folder / "log.seed"),
        policy=Policy.parse(witness_policy(address, needed=1)),
    )
    began = time.perf_counter()
    heads: list[SignedHead] = sealer.tick()
    seconds = time.perf_counter() - began
    assert not sealer.stopped, sealer.stopped
    return sum(head.size for head in heads), seconds


def _receipts(database: Database, folder: Path) -> tuple[float, float, int]:
    verify = _verifier()
    made, checked, length = [], [], 0
    with database.reading() as connection:
        ids = _some_ids(connection)
        for request_id in ids:
            began = time.perf_counter()
            (entry,) = entries_by_request(connection, [request_id])
            receipt = make_receipt(connection, entry=entry, folder=folder / "logs")
            made.append(time.perf_counter() - began)
            district = next(line for line in receipt.split("\n") if line.startswith(LOG_NAME)).rsplit("/", 1)[1]
            trust = (folder / "logs" / district / "trust").read_text()
            began = time.perf_counter()
            verify.check(receipt, trust)
            checked.append(time.perf_counter() - began)
            length = max(length, len(receipt.encode()))
    return statistics.median(made), statistics.median(checked), length


def _some_ids(connection: sqlalchemy.Connection) -> list[Id]:
    last = connection.scalar(sqlalchemy.text("SELECT max(pos) FROM journal.entry WHERE book = 1"))
    wanted = random.Random(SEED).sample(range(1, int(last or 0) + 1), SAMPLE)
    query = sqlalchemy.text("SELECT request_id FROM journal.entry WHERE book = 1 AND pos = ANY(:wanted)")
    return [request_id.bytes for request_id in connection.scalars(query, {"wanted": wanted})]


def _verifier() -> Any:
    spec = importlib.util.spec_from_file_location("verify", ROOT / "docs" / "verify" / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
