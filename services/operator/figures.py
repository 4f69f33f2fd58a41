"""What a city's operator watches, read from the databases by the roles that may only read: numbers, no persons.

One process looks for the whole platform. What is told of a database that does not answer any more grows old, and
`figures_read_timestamp_seconds` says how old.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from libs.clock import Clock, machine_now, to_microseconds
from libs.db import Database
from libs.logs import get_logger
from libs.metrics import Gauge
from libs.metrics.disk import show_disk
from libs.outbox.relay import unpublished
from libs.telling import describe
from services.operator.adopting import sources_of
from services.operator.credit_sums import CreditReader
from services.operator.platform import SERVICES

QUEUE_STATES = {"review": "under_review", "approval": "confirmed", "dispute": "disputed"}
MICROSECONDS = 1_000_000
LOOK_SECONDS = 15.0
BACKUP_FILE = "backups.json"

READ_AT = Gauge("figures_read_timestamp_seconds", "When a service's figures were last read", ["service"])
OUTBOX = Gauge("outbox_length_events", "Events committed and not published, as the database has them", ["service"])
ISSUED = Gauge("ledger_issued_minutes", "Credit ever made: minutes that left the wallets it comes from")
REDEEMED = Gauge("ledger_redeemed_minutes", "Credit ever spent on help or goods")
REVERSED = Gauge("ledger_reversed_minutes", "Credit ever moved back by reversals")
OUTSTANDING = Gauge("ledger_outstanding_minutes", "Credit that people have, held credit included")
POOL = Gauge("ledger_pool_minutes", "Credit that the districts' pools have, held credit included")
HELD = Gauge("ledger_held_minutes", "Credit set aside for help that was asked for")
HOLDS = Gauge("ledger_open_holds", "Requests that credit is set aside for")
UNSEALED = Gauge("ledger_oldest_unsealed_seconds", "How long an entry has waited for a signed head; 0: none waits")
SCHEMA_CHANGED_AT = Gauge(
    "ledger_schema_changed_timestamp_seconds", "When a statement last changed the ledger's schema; 0: never"
)
QUEUED = Gauge("orders_queue_orders", "Orders that wait for a member of staff", ["queue"])
QUEUED_SECONDS = Gauge("orders_queue_oldest_seconds", "How long the order has waited that came first", ["queue"])
INCIDENTS = Gauge("orders_open_incidents", "Urgent calls and welfare checks that nobody has closed")
INCIDENTS_SECONDS = Gauge("orders_open_incidents_oldest_seconds", "How long the oldest of them is open")
UNANSWERED = Gauge("orders_unanswered_calls", "Of the urgent calls open, those that nobody on duty has answered")
UNANSWERED_SECONDS = Gauge("orders_unanswered_calls_oldest_seconds", "How long the oldest of them is open")
BACKED_UP_AT = Gauge("backup_done_timestamp_seconds", "When the last backup was done", ["kind"])


class Figures:
    """Reads each database and says what it found."""

    def __init__(
        self, readers: Mapping[str, str], clock: Clock, *, backup_file: Path | None = None, disk: Path | None = None
    ) -> None:
        """`readers` are the databases by service.

        `backup_file` says when backups were done, `disk` is a folder whose disk must not be full: where we know them.
        """
        self._databases = {
            name: Database(readers[name], pool_max=1, application_name="timebank-figures") for name in SERVICES
        }
        self._clock, self._backup_file, self._disk = clock, backup_file, disk
        self._credit = CreditReader()

    def look(self) -> None:
        """Read everything once; what does not answer is told in the log, and its figures stay as they were."""
        more: dict[str, Callable[[Connection], None]] = {"orders": self._orders, "ledger": self._ledger}
        for name, database in self._databases.items():
            try:
                with database.reading() as connection:
                    OUTBOX.set(name, to=sum(unpublished(connection, sources_of(name)).values()))
                    if name in more:
                        more[name](connection)
                READ_AT.set(name, to=machine_now().timestamp())
            except SQLAlchemyError as error:
                get_logger().warning("figures_not_read", service=name, error=describe(error))
            finally:
                database.dispose()  # Seldom used, so that it keeps no connection from others.
        for kind, done_at in backups_done(self._backup_file).items():
            BACKED_UP_AT.set(kind, to=done_at)
        if self._disk is not None:
            show_disk("data", self._disk)

    def look_until(self, stopped: threading.Event) -> None:
        """Look now and every LOOK_SECONDS, until told to stop."""
        while not stopped.is_set():
            self.look()
            stopped.wait(LOOK_SECONDS)

    def _orders(self, connection: Connection) -> None:
        now = {"now": self._clock.now()}
        waiting = {row.state: row for row in connection.execute(_QUEUES, now | {"states": list(QUEUE_STATES.values())})}
        for queue, state in QUEUE_STATES.items():
            row = waiting.get(state)
            QUEUED.set(queue, to=row.number if row else 0)
            QUEUED_SECONDS.set(queue, to=row.seconds if row else 0)
        incidents = connection.execute(_INCIDENTS, now).one()
        INCIDENTS.set(to=incidents.number)
        INCIDENTS_SECONDS.set(to=incidents.seconds)
        UNANSWERED.set(to=incidents.unanswered)
        UNANSWERED_SECONDS.set(to=incidents.unanswered_seconds)

    def _ledger(self, connection: Connection) -> None:
        sums = self._credit.read(connection)
        ISSUED.set(to=sums.issued)
        REDEEMED.set(to=sums.redeemed)
        REVERSED.set(to=sums.reversed)
        OUTSTANDING.set(to=sums.outstanding)
        POOL.set(to=sums.pool)
        HELD.set(to=sums.held)
        HOLDS.set(to=sums.holds_open)
        oldest = connection.scalar(_OLDEST_UNSEALED)
        waits = to_microseconds(self._clock.now()) - oldest if oldest else 0
        UNSEALED.set(to=max(0, waits) / MICROSECONDS)
        SCHEMA_CHANGED_AT.set(to=connection.scalar(_SCHEMA_CHANGED) or 0)


def backups_done(file: Path | None) -> dict[str, float]:
    """Return when the last backup of each kind was done, in seconds since 1970; nothing where none is known."""
    try:
        done = json.loads(file.read_text()) if file else {}
        return {kind: float(done_at) for kind, done_at in done.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


_QUEUES = sqlalchemy.text("""
SELECT o.state, count(*) AS number,
    CAST(coalesce(max(extract(epoch FROM :now - since.at)), 0) AS double precision) AS seconds
FROM orders o LEFT JOIN LATERAL (
    SELECT s.at FROM order_step s WHERE s.order_id = o.order_id AND s.to_state = o.state ORDER BY s.number DESC LIMIT 1
) AS since ON true
WHERE o.state = ANY(:states) GROUP BY o.state""")

_INCIDENTS = sqlalchemy.text("""
SELECT count(*) AS number,
    CAST(coalesce(max(extract(epoch FROM :now - i.opened_at)), 0) AS double precision) AS seconds,
    count(*) FILTER (WHERE c.state <> 'acknowledged') AS unanswered,
    CAST(coalesce(max(extract(epoch FROM :now - i.opened_at)) FILTER (WHERE c.state <> 'acknowledged'), 0)
        AS double precision) AS unanswered_seconds
FROM incident i LEFT JOIN duty_call c ON c.incident_id = i.incident_id WHERE i.state = 'escalated'""")

_OLDEST_UNSEALED = sqlalchemy.text("""
SELECT min(e.recorded_at) FROM journal.book b
LEFT JOIN LATERAL (SELECT max(size) AS size FROM journal.checkpoint k WHERE k.book = b.book) c ON true
JOIN journal.entry e ON e.book = b.book AND e.pos = coalesce(c.size, 0) + 1""")

_SCHEMA_CHANGED = sqlalchemy.text("""
SELECT CAST(extract(epoch FROM max(recorded_at)) AS double precision) FROM journal.ddl""")
