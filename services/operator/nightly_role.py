"""`python -m services.operator nightly`: the nightly reconciliation where the services run apart, and their figures.

It reads each service's database with the role that may only read, and shows what it found on /metrics.
"""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg

from libs.clock import Clock, SystemClock
from libs.http.health import serve_health
from libs.logs import configure, get_logger
from libs.roles import read_settings
from libs.telling import describe
from services.operator.figures import Figures
from services.operator.nightly import Nightly

LOOK_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class NightlySettings:
    """What is read from OPERATOR_*: each database as `<service>_reader`, and two files.

    The last result is kept in one; the other, where there is one, says when backups were done.
    """

    accounts_url: str
    orders_url: str
    ledger_url: str
    redemption_url: str
    kept_file: Path = Path("reconciliation.json")
    backup_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"

    @property
    def readers(self) -> dict[str, str]:
        """Return each database by its service."""
        return {
            "accounts": self.accounts_url,
            "orders": self.orders_url,
            "ledger": self.ledger_url,
            "redemption": self.redemption_url,
        }


@click.command(name="nightly")
def nightly() -> None:
    """Compare the services every night until told to end (where they run apart; `make run` does it by itself)."""
    settings = read_settings("operator", NightlySettings)
    configure("operator", level=settings.log_level)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    health = serve_health(settings.host, settings.port, {})
    figures = Figures(settings.readers, SystemClock(), backup_file=settings.backup_file)
    threading.Thread(target=figures.look_until, args=(stopped,), name="figures", daemon=True).start()
    reconcile_nightly(settings, stopped, SystemClock())
    health.shutdown()


def reconcile_nightly(
    settings: NightlySettings, stopped: threading.Event, clock: Clock, *, look_seconds: float = LOOK_SECONDS
) -> None:
    """Compare when a night is due, until stopped; a database that is away is waited for."""
    watch = Nightly(settings.readers, clock, settings.kept_file, pause=stopped.wait)
    while not stopped.is_set():
        try:
            watch.run_when_due()
        except psycopg.Error as error:
            get_logger().warning("reconciliation_waits", error=describe(error))
        stopped.wait(look_seconds)
