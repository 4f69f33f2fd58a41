"""What the tests of the proof share: a sealer with its folder, and the verifier loaded from its file."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from uuid import UUID

from libs.clock import ManualClock
from libs.db import Database
from libs.tlog.notes import create_signer
from libs.tlog.policy import Policy
from services.ledger.domain.wallets import Id
from services.ledger.proof.keys import family_key, witness_policy
from services.ledger.proof.receipt import make_receipt
from services.ledger.proof.sealer import Sealer
from services.ledger.queries.entries import entries_by_request
from services.ledger.tests.support import EAST

LOG_NAME = "timebank.example/ledger"
ROOT = Path(__file__).resolve().parents[2]
DISTRICT = str(UUID(bytes=EAST))


class Bench:
    """A sealer on a folder; `witness_url` empty means no witness."""

    def __init__(self, folder: Path, url: str, *, witness: tuple[str, str] | None = None) -> None:
        self.folder = folder
        self.database = Database(url)
        clock = ManualClock(folder / "clock")
        clock.set(datetime(2026, 3, 2, 1, tzinfo=UTC))
        self.log_key = family_key(folder / "log.seed", LOG_NAME)
        policy = Policy.parse(witness_policy({"bureau": witness} if witness else {}, needed=1 if witness else 0))
        self.sealing = Database(url.replace("ledger_app:", "ledger_sealer:"))
        self.sealer = Sealer(
            self.sealing,
            clock=clock,
            folder=folder / "logs",
            log_name=LOG_NAME,
            signer=create_signer(folder / "log.seed"),
            policy=policy,
        )

    def receipt(self, request_id: Id) -> str:
        """The receipt of a row."""
        with self.database.reading() as connection:
            (entry,) = entries_by_request(connection, [request_id])
            return make_receipt(connection, entry=entry, folder=self.folder / "logs")

    def trust(self, district: str = DISTRICT) -> str:
        """The trust file of a district's log."""
        return (self.folder / "logs" / district / "trust").read_text()

    def close(self) -> None:
        """Close its connections."""
        self.database.dispose()
        self.sealing.dispose()


def load_verifier() -> ModuleType:
    """The program that people check receipts with, loaded from its file."""
    spec = importlib.util.spec_from_file_location("verify", ROOT / "docs" / "verify" / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
