"""Write docs/rights.md from the databases as their migrations make them: `python -m tests.architecture.rights`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg

from libs.db.database import plain_url
from services.embedded.databases import DATABASES, roles_of
from tests.support.postgres import FAST_SETTINGS, DatabaseFactory, running_server

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rights.md"
LETTERS = {
    "SELECT": "S", "INSERT": "I", "UPDATE": "U", "DELETE": "D", "TRUNCATE": "T", "REFERENCES": "R", "TRIGGER": "G",
}  # fmt: skip
HEAD = """# Who may do what in the databases

Written by `make rights-doc` from the databases as the migrations leave them, and checked by a test.
`S` select, `I` insert, `U` update, `D` delete, `T` truncate, `R` refer to it, `G` put a trigger on it; in brackets the
columns, where only some are granted. The owner (`<service>_owner`) only migrates and may do everything; partitions are
reached through their table. Whatever the rights say, the tables of the ledger's `journal` refuse every change but an
insert, to everyone.
"""
RELATIONS = """
    SELECT c.oid, CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
    ORDER BY 2"""
ON_TABLE = """
    SELECT p.privilege FROM unnest(%s::text[]) WITH ORDINALITY AS p (privilege, place)
    WHERE has_table_privilege(%s, %s::oid, p.privilege) ORDER BY p.place"""
ON_COLUMNS = """
    SELECT p.privilege, string_agg(a.attname, ', ' ORDER BY a.attnum)
    FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS p (privilege), pg_attribute a
    WHERE a.attrelid = %s::oid AND a.attnum > 0 AND NOT a.attisdropped
        AND has_column_privilege(%s, a.attrelid, a.attnum, p.privilege)
        AND NOT has_table_privilege(%s, a.attrelid, p.privilege)
    GROUP BY 1 ORDER BY 1"""
FUNCTIONS = """
    SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^(pg_|information_schema)'
        AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
        AND has_function_privilege(%s, p.oid, 'EXECUTE') ORDER BY 1"""


def document(factory: DatabaseFactory) -> str:
    """The whole document, from a migrated database of each service."""
    return "".join([HEAD, *(part for service in DATABASES for part in _of_service(factory, service))])


def _of_service(factory: DatabaseFactory, service: str) -> Iterator[str]:
    name, urls = factory.create(service)
    roles = [role for role in roles_of(service) if role != "owner"]
    try:
        with psycopg.connect(plain_url(urls.owner)) as connection:
            yield f"\n## {service}\n\n| table | {' | '.join(f'`{service}_{role}`' for role in roles)} |\n"
            yield f"|---|{'---|' * len(roles)}\n"
            for oid, table in connection.execute(RELATIONS).fetchall():
                held = [_held(connection, f"{service}_{role}", oid) for role in roles]
                yield f"| `{table}` | {' | '.join(held)} |\n"
            calls = [_callable(connection, f"{service}_{role}") for role in roles]
            yield f"| functions it may call | {' | '.join(calls)} |\n"
    finally:
        factory.drop(name)


def _held(connection: psycopg.Connection, role: str, oid: int) -> str:
    whole = "".join(LETTERS[one] for (one,) in connection.execute(ON_TABLE, [list(LETTERS), role, oid]))
    some = (f"{LETTERS[one]} ({columns})" for one, columns in connection.execute(ON_COLUMNS, [oid, role, role]))
    return ", ".join(filter(None, (whole, *some)))


def _callable(connection: psycopg.Connection, role: str) -> str:
    return ", ".join(f"`{name}`" for (name,) in connection.execute(FUNCTIONS, [role]))


def main() -> None:
    """Write it."""
    with running_server(FAST_SETTINGS) as server:
        DOCUMENT.write_text(document(DatabaseFactory(server)))
    print(DOCUMENT.name)


if __name__ == "__main__":
    main()
