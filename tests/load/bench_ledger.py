"""Measure the ledger against the least that double entry costs on this machine (`make bench`).

The yardstick b1 is pgbench's minimal double entry. A row that is compared with it is measured in several rounds, in
turn with b1: each round has the mean of the two runs of b1 around it as its yardstick, and the row's ratio is the
median of its rounds' ratios, for machines are shared, and not equally quiet from one second to the next.

Everything runs on PostgreSQL with fsync and synchronous commit on, through the product's own entry points; `verify`
runs over all of it at the end. A missed target is told, not failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import psycopg

from libs.db.embedded import EmbeddedPostgres, free_port
from libs.db.migrations import ROLES, ServiceUrls, create_service_database, migrate
from libs.db.programs import binaries
from services.ledger.audit import verify
from services.ledger.settings import DATABASE_ROLES
from tests.load import ledger_reading, ledger_receipts, ledger_settling
from tests.load.ledger_bare import open_bare, run_bare
from tests.load.ledger_posting import Running, batches_per_second, fund, run, threads_per_second

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "services" / "ledger" / "migrations"
BUS_MIGRATIONS = ROOT / "libs" / "bus" / "migrations"
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "15min", "wal_buffers": "16MB"}
PASSWORD = "only-for-measuring"
Measured = tuple[float, int]
"""How many a second, and how many rows of the journal were written."""
ROUNDS = 5
B1_SECONDS = 3
VERIFIED_ROWS = 500_000
"""The journal has at least as many when `verify` is measured over it; over the large one it is measured again."""
B1_SCHEMA = """
    CREATE SCHEMA bound;
    CREATE TABLE bound.balance(account_id bigint PRIMARY KEY, posted bigint NOT NULL DEFAULT 0,
        floor bigint NOT NULL DEFAULT -1000000000000, version bigint NOT NULL DEFAULT 0, CHECK (posted >= floor))
        WITH (fillfactor=50);
    CREATE TABLE bound.posting(request_id uuid PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL,
        amount bigint NOT NULL CHECK (amount > 0), recorded_at timestamptz NOT NULL DEFAULT now(),
        CHECK (debit <> credit));
    INSERT INTO bound.balance(account_id) SELECT generate_series(1, 100000)"""
B1_SCRIPT = r"""
\set a random(1, 100000)
\set b random(1, 99999)
\set dr case when :a = :b then 100000 else :b end
WITH p AS (INSERT INTO bound.posting(request_id,debit,credit,amount) VALUES (gen_random_uuid(),:a,:dr,1)),
     l AS (SELECT account_id FROM bound.balance WHERE account_id IN (:a,:dr) ORDER BY account_id FOR NO KEY UPDATE)
UPDATE bound.balance b SET posted = posted + CASE WHEN b.account_id=:a THEN -1 ELSE 1 END, version=version+1
  FROM l WHERE b.account_id=l.account_id;
"""


class Bench:
    """One run on a server of its own."""

    def __init__(self, server: EmbeddedPostgres, folder: Path, *, quick: bool) -> None:
        self.server, self.folder = server, folder
        self.scale = 5 if quick else 1
        self.rows: list[dict[str, Any]] = []
        self.b1: list[float] = []

    def database(self, name: str) -> ServiceUrls:
        """A fresh database of the ledger."""
        passwords = dict.fromkeys((*ROLES, *DATABASE_ROLES), PASSWORD)
        create_service_database(self.server.superuser_url(), "ledger", passwords=passwords, database=name)
        urls = ServiceUrls.of(
            lambda role: self.server.url(role=f"ledger_{role}", password=PASSWORD, database=name), more=DATABASE_ROLES
        )
        migrate(urls.owner, MIGRATIONS)
        return urls

    def bus(self, name: str) -> ServiceUrls:
        """A fresh database of the embedded broker."""
        passwords = dict.fromkeys(("owner", "app", "reader"), PASSWORD)
        create_service_database(self.server.superuser_url(), "bus", passwords=passwords, database=name)
        urls = ServiceUrls.of(lambda role: self.server.url(role=f"bus_{role}", password=PASSWORD, database=name))
        migrate(urls.owner, BUS_MIGRATIONS)
        return urls

    def url_of(self, name: str) -> str:
        """The URL by which the service reaches a database."""
        return self.server.url(role="ledger_app", password=PASSWORD, database=name)

    def analyze(self, name: str) -> None:
        """A new journal is analysed early, or its first look-ups scan."""
        with psycopg.connect(self.server.superuser_url(name), autocommit=True) as connection:
            connection.execute("ANALYZE")

    def rows_of(self, name: str) -> int:
        """How many rows a database's journal has."""
        with psycopg.connect(self.server.superuser_url(name)) as connection:
            row = connection.execute("SELECT count(*) FROM journal.entry").fetchone()
        return int(row[0]) if row else 0

    def measure_b1(self) -> None:
        """Measure pgbench's minimal double entry: 8 clients, cold."""
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            if not connection.execute("SELECT to_regnamespace('bound')").fetchone()[0]:
                connection.execute(B1_SCHEMA)
                connection.execute("VACUUM ANALYZE bound.balance")
            connection.execute("CHECKPOINT")
        script = self.folder / "b1.sql"
        script.write_text(B1_SCRIPT)
        command = [binaries() / "pgbench", "-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", str(B1_SECONDS)]
        out = subprocess.run(
            [*map(str, command), "-f", str(script), self.server.superuser_url()],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        found = re.search(r"tps = ([\d.]+)", out)
        assert found
        self.b1.append(float(found[1]))
        print(f"b1: {self.b1[-1]:,.0f} transfers a second; load {os.getloadavg()[0]:.1f}", flush=True)

    def in_turn(self, name: str, measure: Callable[[], Measured], *, times_b1: float | None) -> None:
        """Measure something a few times, in turn with b1, and keep its row; a peer has no target."""
        ratios, values, yardsticks, written = [], [], [], 0
        self.measure_b1()
        for _ in range(ROUNDS):
            rate, rows = measure()
            self.measure_b1()
            yardsticks.append(statistics.mean(self.b1[-2:]))
            ratios.append(rate / yardsticks[-1])
            values.append(rate)
            written += rows
        ratio = statistics.median(ratios)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        self.rows.append({
            "name": name, "value": round(statistics.median(values), 1), "unit": "/s",
            "yardstick": round(statistics.median(yardsticks)), "ratio": round(ratio, 2), "ratios": spread,
            "target": times_b1, "met": None if times_b1 is None else ratio >= times_b1, "rows_written": written,
        })  # fmt: skip
        print(f"{name}: {ratio:.2f} times b1 ({spread})", flush=True)

    def add(self, name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None,
            written: int | None = None) -> None:  # fmt: skip
        """Keep a row; its target is a bound, if it has one."""
        target = at_most if at_most is not None else at_least
        met = None if target is None else value <= target if at_most is not None else value >= target
        ratio = round(value / target, 2) if target else None
        self.rows.append({
            "name": name, "value": round(value, 2), "unit": unit, "yardstick": target, "ratio": ratio,
            "target": target, "met": met, "rows_written": written,
        })  # fmt: skip
        print(f"{name}: {value:,.1f} {unit}", flush=True)

    def document(self) -> dict[str, Any]:
        """The result in the form that all measurements have."""
        return {"machine": machine(), "b1": self.b1, "rows": self.rows}


def machine() -> dict[str, Any]:
    """What it ran on."""
    return {
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "load": os.getloadavg()[0],
    }


BATCHES = {  # books, size of the batches, hot, what is asked
    "one-book": (1, 500, False, 3.0),
    "two-books-50": (2, 50, False, 3.0),
    "two-books-500": (2, 500, False, 6.0),
    "two-books-hot": (2, 500, True, 6.0),
}
POSTING = ("threads", *BATCHES, "starting", "bare", "receipts", "verify")
ALL = (*POSTING, "settling", "settling-kafka", "reading")


def posting(bench: Bench, wanted: Collection[str]) -> None:
    """Everything about posting, on one database."""
    url = bench.database("ledger").app
    wallets = 50_000 // bench.scale
    fund(url, 2, wallets)
    bench.analyze("ledger")
    for hot in (False, True) if "threads" in wanted else ():
        _threads(bench, url, wallets, hot=hot)
    for name in (name for name in BATCHES if name in wanted):
        _batches(bench, url, name, wallets)
    for size in (50, 500) if "starting" in wanted else ():
        _starting(bench, url, size, wallets)
    for books, size in ((1, 500), (2, 50), (2, 500)) if "bare" in wanted else ():
        _bare(bench, books, size)
    if "receipts" in wanted:
        ledger_receipts.measure(bench, url)
    if "verify" in wanted:
        if bench.rows_of("ledger") < VERIFIED_ROWS // bench.scale:
            more = (VERIFIED_ROWS // bench.scale - bench.rows_of("ledger")) // 2
            batches_per_second(url, books=2, size=1_000, total=more, wallets=wallets, hot=False)
        size_and_verify(bench, url, "ledger")


def _threads(bench: Bench, url: str, wallets: int, *, hot: bool) -> None:
    total, late = 10_000 // bench.scale, []

    def measure() -> Measured:
        rate, p99 = threads_per_second(url, threads=64, total=total, wallets=wallets, hot=hot)
        late.append(p99)
        return rate, total

    words = f"64 threads, one command each, {'hot' if hot else 'cold'}"
    bench.in_turn(words, measure, times_b1=0.7)
    bench.add(f"{words}, p99", statistics.median(late), "ms")


def _batches(bench: Bench, url: str, name: str, wallets: int) -> None:
    """By processes that run, as those of a service do: they know the wallets that they named before."""
    books, size, hot, times_b1 = BATCHES[name]
    total = (20_000 if size == 50 else 50_000) // bench.scale
    words = f"{books} book{'s' if books > 1 else ''}, batches of {size}, {'hot' if hot else 'cold'}"
    with Running(run, url, size, total, wallets, hot, books=books) as running:
        bench.in_turn(words, lambda: (running.per_second(), total * books), times_b1=times_b1)


def _starting(bench: Bench, url: str, size: int, wallets: int) -> None:
    """By processes that have just started and know no wallet."""
    total = (20_000 if size == 50 else 50_000) // bench.scale

    def measure() -> Measured:
        return batches_per_second(url, books=2, size=size, total=total, wallets=wallets, hot=False), total * 2

    bench.in_turn(f"2 books, batches of {size}, cold, processes just started", measure, times_b1=None)


def _bare(bench: Bench, books: int, size: int) -> None:
    url, total = bench.server.superuser_url("ledger"), (20_000 if size == 50 else 50_000) // bench.scale
    words = f"a bare writer of the same design, {books} book{'s' if books > 1 else ''}, batches of {size}, cold"
    open_bare(url)
    with Running(run_bare, url, size, total, books=books) as running:
        bench.in_turn(words, lambda: (running.per_second(), total * books), times_b1=None)


def size_and_verify(bench: Bench, url: str, name: str) -> None:
    """Bytes on disk per row, and `verify` over all of it."""
    rows = bench.rows_of(name)
    with psycopg.connect(bench.server.superuser_url(name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        size = connection.execute("""
            SELECT sum(pg_total_relation_size(name::regclass))::bigint
            FROM unnest(ARRAY['journal.entry', 'journal.answer', 'journal.wallet', 'journal.checkpoint']) AS t (name)
            """).fetchone()
    assert size
    bench.add(f"bytes on disk per row, {rows:,} rows", size[0] / rows, "bytes", at_most=500)
    began = time.perf_counter()
    report = verify.run(url)
    seconds = time.perf_counter() - began
    assert report.is_clean, "\n".join(map(str, report.findings[:10]))
    what = f"verify, all checks, {report.rows:,} rows, {report.wallets:,} wallets"
    bench.add(what, report.rows / seconds, "rows/s", at_least=200_000, written=report.rows)


def servers() -> Iterator[tuple[EmbeddedPostgres, Path]]:
    """A durable server in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-bench-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "pg", free_port(), settings=SETTINGS)
    try:
        server.initialise()
        server.start()
        yield server, folder
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of everything")
    parser.add_argument("--large", action="store_true", help="10 million rows and a million wallets")
    parser.add_argument("--no-kafka", action="store_true", help="do not start a Kafka to settle from")
    parser.add_argument("--only", default="", help=f"some of it, by commas: posting, {', '.join(ALL)}")
    arguments = parser.parse_args()
    wanted = set((arguments.only or ",".join(ALL)).replace("posting", ",".join(POSTING)).split(","))
    if unknown := wanted - set(ALL):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    for server, folder in servers():
        bench = Bench(server, folder, quick=arguments.quick)
        if wanted & set(POSTING):
            posting(bench, wanted)
        if "settling" in wanted:
            ledger_settling.measure(bench)
        if "settling-kafka" in wanted and not arguments.no_kafka:
            ledger_settling.measure_on_kafka(bench)
        if "reading" in wanted:
            ledger_reading.measure(bench, large=arguments.large)
            size_and_verify(bench, bench.url_of("ledger_full"), "ledger_full")
        report(bench.document(), "bench-large" if arguments.large else "bench")


def report(document: dict[str, Any], target: str) -> None:
    """Write the result and print it as a table."""
    path = ROOT / "build" / "bench" / f"{target}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1))
    print(f"\n{'what':<58}{'measured':>14}  {'ratio':>7}{'target':>9}  met")
    for row in document["rows"]:
        value = f"{row['value']:,.1f} {row['unit']}"
        print(f"{row['name']:<58}{value:>14}  {row['ratio'] or '':>7}{row['target'] or '':>9}  {row['met']}")


if __name__ == "__main__":
    main()
