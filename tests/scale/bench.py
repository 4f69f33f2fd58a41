"""Measure a large city beside a small one (`make bench-scale`): what people and clocks wait for, the night, the month.

Both are filled by COPY with the same plan, on one server that writes nothing durably; what is read is the product's own
code. A read that took more than twice as long, and longer than a person notices, is told with its plans. Nothing fails
because a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from libs.db import Database
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres, free_port
from libs.db.migrations import ServiceUrls
from services.ledger import due as ledger_due
from services.operator.reconcile import reconcile
from tests.scale import ledger, looks
from tests.scale.city import NOW, City
from tests.scale.conftest import FILLERS, WITH_RULES
from tests.scale.copying import filling
from tests.scale.rules import fill_rules
from tests.scale.touched import plan_of, statements, touched_by
from tests.support.postgres import FAST_SETTINGS, DatabaseFactory

PERSONS, ORDERS_EACH, SMALL_PERSONS = 1_000_000, 2, 10_000
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min", "work_mem": "16MB"}
TIMES, GROWTH_MAX, UNNOTICED_MS = 7, 2, 20
BYTES_OF_ORDER, SPARE_BYTES = 12_000, 5 << 30
READS: Mapping[str, Callable[[City], dict[str, looks.Look]]] = {
    "orders": looks.of_orders,
    "ledger": looks.of_ledger,
    "redemption": looks.of_redemption,
    "accounts": looks.of_accounts,
}


@dataclass
class Measured:
    """What one city took."""

    city: City
    rows: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    reads: dict[str, dict[str, Any]] = field(default_factory=dict)


def main() -> None:
    """Fill, measure, print a table and write build/bench/scale.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the databases are put; default: a temporary one"
    )
    parser.add_argument(
        "--small", type=int, default=SMALL_PERSONS, help="the persons of the city that it is compared with"
    )
    asked = parser.parse_args()
    sizes = [City(persons, persons * ORDERS_EACH) for persons in (asked.small, asked.persons)]
    folder = Path(tempfile.mkdtemp(prefix="timebank-scale-", dir=asked.folder))
    _refuse_full_disk(folder, sizes)
    os.chmod(folder, 0o755)
    server = EmbeddedPostgres(folder, free_port(), settings=FAST_SETTINGS | SETTINGS)
    try:
        server.initialise()
        server.start()
        factory = DatabaseFactory(server)
        small, large = (_measure(factory, city) for city in sizes)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    _tell(small, large)


def _refuse_full_disk(folder: Path, sizes: list[City]) -> None:
    needed = SPARE_BYTES + sum(city.orders for city in sizes) * BYTES_OF_ORDER
    if shutil.disk_usage(folder).free < needed:
        raise SystemExit(f"{needed >> 30} GB must be free under {folder}")


def _measure(factory: DatabaseFactory, city: City) -> Measured:
    measured = Measured(city)
    print(f"{city.persons:,} persons, {city.orders:,} orders", flush=True)
    urls = {service: _fill(factory, service, measured) for service in FILLERS}
    began = time.perf_counter()
    measured.rows["adding up, transactions"] = ledger.add_all_up(urls["ledger"].app)
    measured.seconds["adding up"] = time.perf_counter() - began
    for service, reads in READS.items():
        database = Database(urls[service].app)
        for name, look in reads(city).items():
            measured.reads[f"{service}: {name}"] = _time(database, look)
        database.dispose()
    _run_night(urls, measured)
    _run_month_end(urls["ledger"], measured)
    return measured


def _fill(factory: DatabaseFactory, service: str, measured: Measured) -> ServiceUrls:
    began = time.perf_counter()
    name, urls = factory.create(service)
    url = factory.server.superuser_url(name)
    with filling(url) as connection:
        rows = FILLERS[service].fill(connection, measured.city)
        if service in WITH_RULES:
            fill_rules(connection, measured.city)
    measured.rows |= {f"{service}.{table}": count for table, count in rows.items()}
    with psycopg.connect(plain_url(url)) as connection:
        measured.bytes |= {f"{service}.{table}": size for table, size in connection.execute(_SIZES)}
    measured.seconds[f"filling {service}"] = time.perf_counter() - began
    print(f"  {service}: {sum(rows.values()):,} rows in {time.perf_counter() - began:.0f} s", flush=True)
    return urls


_SIZES = """
    SELECT relname, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE relkind = 'r' AND nspname IN ('public', 'journal')"""


def _time(database: Database, look: looks.Look) -> dict[str, Any]:
    with database.transaction() as connection:
        touched = touched_by(connection, look)
    times = []
    for _ in range(TIMES):
        with database.transaction() as connection:
            began = time.perf_counter()
            look(connection)
            times.append((time.perf_counter() - began) * 1000)
    with database.transaction() as connection, statements() as sent:
        look(connection)
    return {
        "ms": statistics.median(times),
        "least_ms": min(times),
        "touched": touched.all,
        "plans": _plans(database, sent),
    }


def _plans(database: Database, sent: list[tuple[Any, Any]]) -> list[list[str]]:
    plans = []
    for query, params in {str(query): (query, params) for query, params in sent}.values():
        if str(query).lstrip().upper().startswith(("SELECT", "WITH", "(")):
            with database.transaction() as connection:
                plans.append(plan_of(connection, query, params))
    return plans


def _run_night(urls: Mapping[str, ServiceUrls], measured: Measured) -> None:
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    differences = reconcile({service: roles.reader for service, roles in urls.items()}, now=NOW)
    measured.seconds["reconcile"] = time.perf_counter() - began
    measured.rows["differences"] = len(differences)
    measured.rows["reconcile: more memory, kB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def _run_month_end(urls: ServiceUrls, measured: Measured) -> None:
    """Return the grants of the months before, one transaction after the other, as the runner of what is due does."""
    times = list(_chunks(urls))
    measured.seconds |= {"month's end": sum(times), "month's end, longest transaction": max(times)}
    measured.rows["month's end, transactions"] = len(times)


def _chunks(urls: ServiceUrls) -> Iterator[float]:
    database = Database(urls.app)
    while True:
        with database.reading() as connection:
            due_at = ledger_due.next_due(connection, NOW)
        if due_at is None or due_at > NOW:
            break
        began = time.perf_counter()
        with database.transaction() as connection:
            ledger_due.run_due(connection, NOW)
        yield time.perf_counter() - began
    database.dispose()


def _tell(small: Measured, large: Measured) -> None:
    print(f"\n| read | {small.city.persons:,} | {large.city.persons:,} | × | looked at | |\n|---|--:|--:|--:|--:|---|")
    grown = []
    for name, read in large.reads.items():
        of_small = small.reads[name]
        ratio = read["ms"] / of_small["ms"]
        has_grown = ratio > GROWTH_MAX and read["ms"] > UNNOTICED_MS
        grown += [name] if has_grown else []
        looked, word = f"{of_small['touched']:,} → {read['touched']:,}", "GREW" if has_grown else ""
        print(f"| {name} | {of_small['ms']:.1f} ms | {read['ms']:.1f} ms | {ratio:.1f} | {looked} | {word} |")
    for name, seconds in large.seconds.items():
        print(f"| {name} | {small.seconds[name]:.2f} s | {seconds:.2f} s | {seconds / small.seconds[name]:.0f} | | |")
    for table, count in large.rows.items():
        size = large.bytes.get(table, 0)
        print(f"| {table} | {small.rows[table]:,} | {count:,} | | {size // max(1, count):,} bytes each | |")
    for name in grown:
        for of in (small, large):
            for plan in of.reads[name]["plans"]:
                print(f"\n-- {name}, {of.city.persons:,} persons\n" + "\n".join(plan))
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scale.json").write_text(json.dumps([asdict(small), asdict(large)], indent=1))


if __name__ == "__main__":
    main()
