"""Every table of every service is exported, or named with the reason why it is not; what is personal is kept back."""

from __future__ import annotations

import json
import tracemalloc

import psycopg
import pytest

from libs.db.database import plain_url
from services.operator.export.snapshot import CHARACTERS_AT_ONCE, snapshot
from services.operator.export.tables import ENTRIES, TABLES, Exported, left_out
from services.operator.platform import SERVICES
from tests.support.postgres import FreshDatabase

COLUMNS = """
    SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
        array_agg(a.attname::text), array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'bytea'::regtype)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname IN ('public', 'journal') AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY 1"""
WRITTEN_BY_PEOPLE = {
    "why", "words", "decision_why", "turned_down_why", "lifted_why", "ended_why", "end_why", "consent", "born", "sex",
    "grade", "hardship", "document", "verification_code",
}  # fmt: skip
NOT_SEALED = {
    "journal.answer": {"payload"},
    "journal.checkpoint": {"root"},
    "sample_seed": {"seed"},  # Told to everybody the day after.
    "device_key": {"public_key"},
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_is_exported_or_named_with_its_reason(service: str, fresh_database: FreshDatabase) -> None:
    with psycopg.connect(plain_url(fresh_database(service).reader)) as connection:
        tables = {name: (set(names), set(binary or ())) for name, names, binary in connection.execute(COLUMNS)}
    exported = {table.name: table for table in TABLES[service]}
    inside = set(exported) | ({ENTRIES} if service == "ledger" else set())

    assert inside & set(left_out(service)) == set()
    assert set(tables) == inside | set(left_out(service))
    for name, table in exported.items():
        columns, binary = tables[name]
        assert set(table.personal) | set(table.always_left_out) <= columns, f"{name} has the columns that are kept back"
        assert _telling(columns) <= set(table.personal), f"{name}: what people wrote is kept back without the key"
        assert binary - NOT_SEALED.get(name, set()) == set(table.always_left_out), f"{name}: what is sealed stays so"


def test_what_is_only_opened_has_nothing_to_show_without_the_key() -> None:
    only = [table for tables in TABLES.values() for table in tables if table.only_opened]

    assert only == [table for table in TABLES["accounts"] if table.name in ("person_identity", "person_photo")]
    assert all(table.sealed for table in only)


def test_no_more_of_a_wide_table_is_held_than_of_a_narrow_one(fresh_database: FreshDatabase) -> None:
    urls, rows, width = fresh_database("ledger"), 200, 100_000
    with psycopg.connect(plain_url(urls.owner)) as connection:
        connection.execute("CREATE TABLE wide (number integer PRIMARY KEY, words text NOT NULL)")
        connection.execute("GRANT SELECT ON wide TO ledger_reader")
        statement = "INSERT INTO wide SELECT n, repeat('\\ \n', %s) FROM generate_series(1, %s) n"
        connection.execute(statement, (width // 3, rows))
    table = Exported("wide", "rows that are long")
    lengths = []

    tracemalloc.start()
    with snapshot("ledger", urls.reader) as database:
        for some in database.rows(table, database.columns("wide")):
            lengths += [len(json.loads(row)["words"]) for row in some]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert lengths == [width // 3 * 3] * rows
    assert most < 5 * CHARACTERS_AT_ONCE < rows * width / 3


def _telling(columns: set[str]) -> set[str]:
    places = {name for name in columns if "latitude" in name or "longitude" in name}
    return (columns & WRITTEN_BY_PEOPLE) | places
