"""How large each table is, how fast a platform on one machine grows, and when its disk is full at that pace."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg

from libs.clock import PROGRAMME_ZONE, local_date, machine_now
from libs.db.database import plain_url

GROWTH_FILE = Path("run") / "growth.json"
SAMPLES_KEPT_MAX = 60
PACE_DAYS_MIN = 1.0
LARGEST_SHOWN = 5
MEGABYTE = 2**20
NEVER_YEARS = 100
TABLES = """
    SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || coalesce(parent.relname, c.relname),
        sum(pg_total_relation_size(c.oid))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' GROUP BY 1 ORDER BY 2 DESC"""


@dataclasses.dataclass(frozen=True)
class TableSize:
    """A table of a service with its indexes; the parts of a partitioned one together."""

    service: str
    name: str
    bytes: int


@dataclasses.dataclass(frozen=True)
class Sample:
    """How large everything was at an instant."""

    at: datetime
    bytes: int


def table_sizes(readers: Mapping[str, str]) -> list[TableSize]:
    """Return every table of every database, the largest first."""
    sizes = []
    for service, url in readers.items():
        with psycopg.connect(plain_url(url), autocommit=True) as connection:
            sizes += [TableSize(service, name, int(size)) for name, size in connection.execute(TABLES)]
    return sorted(sizes, key=lambda table: -table.bytes)


def sample_when_due(root: Path, *folders: Path, now: datetime | None = None) -> None:
    """Note once a day how large the data folder is, with what of it lies elsewhere."""
    at, samples = now or machine_now(), read_samples(root)
    if samples and local_date(samples[-1].at) == local_date(at):
        return
    samples.append(Sample(at, sum(folder_bytes(folder) for folder in {root, *folders})))
    fresh = (root / GROWTH_FILE).with_suffix(".new")
    noted = [{"at": sample.at.isoformat(), "bytes": sample.bytes} for sample in samples[-SAMPLES_KEPT_MAX:]]
    fresh.write_text(json.dumps(noted))
    fresh.replace(root / GROWTH_FILE)


def read_samples(root: Path) -> list[Sample]:
    """Return what was noted, the oldest first."""
    try:
        noted = json.loads((root / GROWTH_FILE).read_text())
        return [Sample(datetime.fromisoformat(sample["at"]), int(sample["bytes"])) for sample in noted]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def folder_bytes(folder: Path) -> int:
    """Return how much the files of a folder take; what goes away while it is looked at counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


def bytes_a_day(samples: Sequence[Sample], now: Sample) -> float | None:
    """Return the pace since the oldest sample; None while that is not a day ago."""
    if not samples:
        return None
    days = (now.at - samples[0].at) / timedelta(days=1)
    return (now.bytes - samples[0].bytes) / days if days >= PACE_DAYS_MIN else None


def full_on(free_bytes: int, pace: float, today: date) -> date | None:
    """Return the day on which the disk is full at this pace; None when that is not in a hundred years."""
    days = free_bytes / pace if pace > 0 else float("inf")
    return today + timedelta(days=int(days)) if days < NEVER_YEARS * 365 else None


def growth_in_words(readers: Mapping[str, str], root: Path, *folders: Path) -> Iterator[str]:
    """Yield lines for `timebank status`."""
    now, free = (
        Sample(machine_now(), sum(folder_bytes(folder) for folder in {root, *folders})),
        shutil.disk_usage(root).free,
    )
    largest = ", ".join(
        f"{table.service} {table.name} {_megabytes(table.bytes)}" for table in table_sizes(readers)[:LARGEST_SHOWN]
    )
    yield f"{_megabytes(now.bytes)} of data, {_megabytes(free)} free; the largest tables: {largest}"
    pace = bytes_a_day(read_samples(root), now)
    if pace is None:
        yield "how fast it grows is known after a day"
        return
    day = full_on(free, pace, local_date(now.at, PROGRAMME_ZONE))
    end = f"the disk is full on {day.isoformat()} at this pace" if day else "the disk is not full in a hundred years"
    yield f"grows by {_megabytes(pace)} a day: {end}"


def _megabytes(size: float) -> str:
    return f"{size / MEGABYTE:.1f} MB"
