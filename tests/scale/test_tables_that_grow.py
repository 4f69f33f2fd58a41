"""Every table is bounded, partitioned, pruned after a named time, or said to stay, with what it takes in a year."""

from __future__ import annotations

import importlib
from pathlib import Path

import psycopg
import pytest

from libs.db.database import plain_url
from libs.db.migrations import ServiceUrls
from tests.scale.conftest import CITY
from tests.scale.kept import PARTITIONED, PRUNED, STAYS, lists_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scale.md"
SERVICES = ("accounts", "orders", "ledger", "redemption")
NAMED_GIGABYTES = 0.5
"""Tables that take less in a year are named together."""
TABLES = """
    SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname, c.relkind::text,
        c.reltuples::bigint, pg_total_relation_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'journal') AND c.relkind IN ('r', 'p') AND NOT c.relispartition"""


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each of the services that have a database."""
    name: str = request.param
    return name


@pytest.fixture
def tables(urls_of_city: dict[str, ServiceUrls], service: str) -> dict[str, tuple[str, int, int]]:
    """The kind, rows and bytes of each table of a service, in the city."""
    with psycopg.connect(plain_url(urls_of_city[service].owner), autocommit=True) as connection:
        connection.execute("ANALYZE")
        return {name: (kind, rows, size) for name, kind, rows, size in connection.execute(TABLES)}


def test_a_table_is_in_one_list_that_says_how_long_its_rows_are_kept(
    tables: dict[str, tuple[str, int, int]], service: str
) -> None:
    named = lists_of(service)

    assert {name for name, lists in named.items() if len(lists) > 1} == set()
    assert set(tables) - set(named) == set(), "new tables: say in tests/scale/kept.py how long their rows are kept"
    assert set(named) - set(tables) == set()


def test_what_is_partitioned_is_and_the_rest_is_not(tables: dict[str, tuple[str, int, int]], service: str) -> None:
    partitioned = {*PARTITIONED["everywhere"], *PARTITIONED.get(service, ())}

    assert {name for name, (kind, *_) in tables.items() if kind == "p"} == partitioned


def test_what_prunes_a_table_is_there() -> None:
    for pruned in PRUNED.values():
        for _, path in pruned.values():
            module, name = path.split(":")
            assert callable(getattr(importlib.import_module(module), name))


def test_a_row_takes_what_is_said(tables: dict[str, tuple[str, int, int]], service: str) -> None:
    said = STAYS[service]
    many = {name: size / rows for name, (_, rows, size) in tables.items() if name in said and rows > CITY.persons // 4}

    assert {name: bytes_ for name, bytes_ in many.items() if not 0.5 < said[name].bytes_each / bytes_ < 2} == {}
    assert many or service == "accounts"


def test_the_document_says_what_stays_and_how_much_that_is_in_a_year() -> None:
    text, less = DOCUMENT.read_text("utf-8"), 0.0
    for service, tables in STAYS.items():
        for name, stays in tables.items():
            if stays.gigabytes_a_year < NAMED_GIGABYTES:
                less += stays.gigabytes_a_year
                continue
            assert f"| {service} `{name}` | {stays.gigabytes_a_year:.1f} | {stays.why} |" in text
    assert f"| all others together | {less:.1f} |" in text
