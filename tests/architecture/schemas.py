"""What code of a release finds in the databases: `python -m tests.architecture.schemas` records it when one is made.

A release's processes run on while the next one's migrations are applied, and its code may be rolled back to. So what
they use stays as long as that release may run: tables, columns with their types, rights, functions; and nothing new
refuses what they write. What is recorded is the schema itself, so that no old code is needed to compare with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from libs.db.database import plain_url
from services.embedded.databases import DATABASES, roles_of
from tests.support.postgres import FAST_SETTINGS, DatabaseFactory, running_server

RECORDED = Path(__file__).with_name("released_schema.json")
Catalogue = dict[str, Any]
IN_SCHEMAS = "n.nspname !~ '^(pg_|information_schema)'"
NAME = "CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END"
IS_TABLE = f"{IN_SCHEMAS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
COLUMNS = f"""
    SELECT {NAME}, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> ''
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE {IS_TABLE} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum"""
RIGHTS = f"""
    SELECT {NAME}, r.role, string_agg(p.privilege, ' ' ORDER BY p.privilege)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, unnest(%s::text[]) AS r (role),
        unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p (privilege)
    WHERE {IS_TABLE} AND has_any_column_privilege(r.role, c.oid, CASE p.privilege WHEN 'DELETE' THEN 'SELECT'
            ELSE p.privilege END) AND (p.privilege <> 'DELETE' OR has_table_privilege(r.role, c.oid, 'DELETE'))
    GROUP BY 1, 2 ORDER BY 1, 2"""
FUNCTIONS = f"""
    SELECT p.oid::regprocedure::text, r.role FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
        unnest(%s::text[]) AS r (role)
    WHERE {IN_SCHEMAS} AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
        AND has_function_privilege(r.role, p.oid, 'EXECUTE') ORDER BY 1, 2"""
# What refuses a row: constraints, unique indexes that are none, and triggers. Names may change, so the words count.
REFUSING = f"""
    SELECT * FROM (
        SELECT {NAME}, pg_get_constraintdef(k.oid) FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {IS_TABLE} AND k.contype IN ('c', 'f', 'u', 'p', 'x')
        UNION ALL SELECT {NAME}, regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', 'UNIQUE ')
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {IS_TABLE} AND i.indisunique
            AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        UNION ALL SELECT {NAME}, regexp_replace(pg_get_triggerdef(t.oid), '^.*? (BEFORE|AFTER)', '\\1')
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {IS_TABLE} AND NOT t.tgisinternal
    ) AS refusing ORDER BY 1, 2"""


def catalogue(url: str, service: str) -> Catalogue:
    """Return what is in a database, as those find it who use it."""
    roles = [f"{service}_{role}" for role in roles_of(service) if role != "owner"]
    with psycopg.connect(plain_url(url)) as connection:
        columns: dict[str, dict[str, list[Any]]] = {}
        for table, name, kind, is_needed, has_default in connection.execute(COLUMNS):
            columns.setdefault(table, {})[name] = [kind, is_needed, has_default]
        refusing: dict[str, list[str]] = {}
        for table, words in connection.execute(REFUSING.encode()):
            refusing.setdefault(table, []).append(words)
        rights = {f"{table} {role}": words for table, role, words in connection.execute(RIGHTS, [roles])}
        functions = [f"{name} {role}" for name, role in connection.execute(FUNCTIONS, [roles])]
    return {"columns": columns, "refusing": refusing, "rights": rights, "functions": functions}


def contractions(released: Catalogue, now: Catalogue) -> Iterator[str]:
    """Tell what code of the release would miss, or be refused."""
    for table, columns in released["columns"].items():
        if table not in now["columns"]:
            yield f"{table} is gone"
            continue
        yield from _columns(table, columns, now["columns"][table])
        new = set(now["refusing"].get(table, [])) - set(released["refusing"].get(table, []))
        yield from (f"{table} refuses more: {words}" for words in sorted(new))
    for name, rights in released["rights"].items():
        missing = set(rights.split()) - set(now["rights"].get(name, "").split())
        yield from (f"{name} may not {right} any more" for right in sorted(missing))
    yield from (f"{name} is gone" for name in released["functions"] if name not in now["functions"])


def _columns(table: str, released: Mapping[str, list[Any]], now: Mapping[str, list[Any]]) -> Iterator[str]:
    for name, (kind, was_needed, had_default) in released.items():
        if name not in now:
            yield f"{table}.{name} is gone"
        elif now[name][0] != kind:
            yield f"{table}.{name} was {kind} and is {now[name][0]}"
        elif now[name][1] and not was_needed:
            yield f"{table}.{name} must not be empty any more"
        elif had_default and not now[name][2]:
            yield f"{table}.{name} has no default any more"
    for name, (_, is_needed, has_default) in now.items():
        if name not in released and is_needed and not has_default:
            yield f"{table}.{name} is new, and must be given"


def record(factory: DatabaseFactory) -> dict[str, Catalogue]:
    """Return the catalogue of every service."""
    recorded = {}
    for service in DATABASES:
        name, urls = factory.create(service)
        recorded[service] = catalogue(urls.owner, service)
        factory.drop(name)
    return recorded


def main() -> None:
    """Record what is released now."""
    with running_server(FAST_SETTINGS) as server:
        RECORDED.write_text(json.dumps(record(DatabaseFactory(server)), indent=1, sort_keys=True) + "\n")
    print(RECORDED.name)


if __name__ == "__main__":
    main()
