"""Fixtures of the proof: a journal, a witness that listens, a sealer between them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ledger.tests.support import Ledger
from services.witness.server import Server
from services.witness.witness import add_log
from tests.proof.support import LOG_NAME, Bench
from tests.support.postgres import FreshDatabase


@pytest.fixture
def url(fresh_database: FreshDatabase) -> str:
    """The service's URL of a fresh ledger database."""
    return fresh_database("ledger").app


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A journal on it."""
    made = Ledger(url)
    yield made
    made.database.dispose()


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Server]:
    """A witness that listens."""
    server = Server(tmp_path / "witness", 0, name="bureau.example/witness")
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.stop()
    thread.join()


@pytest.fixture
def bench(tmp_path: Path, url: str, witness: Server) -> Iterator[Bench]:
    """A sealer that the witness watches."""
    made = Bench(tmp_path, url, witness=(str(witness.witness.key), f"http://127.0.0.1:{witness.port}"))
    assert made.log_key.name == LOG_NAME
    add_log(tmp_path / "witness", str(made.log_key))
    yield made
    made.close()
