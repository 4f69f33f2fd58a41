"""How large, how fast, and full when: from samples of a day each."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from libs.clock import machine_now
from libs.db.database import plain_url
from services.operator.growth import (
    SAMPLES_KEPT_MAX,
    Sample,
    bytes_a_day,
    full_on,
    growth_in_words,
    read_samples,
    sample_when_due,
    table_sizes,
)
from tests.support.postgres import FreshDatabase

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data folder with a thousand bytes in it."""
    (tmp_path / "run").mkdir()
    (tmp_path / "data").write_bytes(bytes(1000))
    return tmp_path


def test_one_sample_a_day_is_noted_and_only_so_many(root: Path) -> None:
    for hours in range(0, 24 * (SAMPLES_KEPT_MAX + 5), 6):
        sample_when_due(root, now=NOON + timedelta(hours=hours))

    samples = read_samples(root)

    assert len(samples) == SAMPLES_KEPT_MAX
    assert all(later.at - earlier.at == timedelta(days=1) for earlier, later in itertools.pairwise(samples))
    assert samples[0].bytes >= 1000


def test_the_pace_counts_from_the_oldest_sample_and_names_the_day() -> None:
    samples = [Sample(NOON, 1000), Sample(NOON + timedelta(days=5), 1400)]

    pace = bytes_a_day(samples, Sample(NOON + timedelta(days=10), 3000))

    assert pace == 200
    assert full_on(20_000, pace, date(2026, 3, 11)) == date(2026, 6, 19)
    assert full_on(20_000, 0, date(2026, 3, 11)) is None
    assert full_on(2**60, pace, date(2026, 3, 11)) is None
    assert bytes_a_day([], samples[0]) is None
    assert bytes_a_day(samples[:1], Sample(NOON + timedelta(hours=20), 5000)) is None


def test_partitions_count_as_their_table_and_the_largest_comes_first(fresh_database: FreshDatabase, root: Path) -> None:
    orders = fresh_database("orders")
    with psycopg.connect(plain_url(orders.owner), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO outbox (topic, stream, pos, event_id, event_type, key, subject, payload, occurred_at)"
            " SELECT 't', 's', n, gen_random_uuid(), 'x', 'k', 's', sha256('x'), now() FROM generate_series(1, 5000) n"
        )

    tables = table_sizes({"orders": orders.reader})
    words = list(growth_in_words({"orders": orders.reader}, root))

    assert tables[0].name == "outbox"
    assert tables[0].bytes > 5000 * 32
    assert len({table.name for table in tables}) == len(tables)
    assert "orders outbox" in words[0]
    assert words[1] == "how fast it grows is known after a day"
    sample_when_due(root, now=machine_now() - timedelta(days=3))
    (root / "data").write_bytes(bytes(5 * 2**20))
    assert "at this pace" in list(growth_in_words({"orders": orders.reader}, root))[1]
