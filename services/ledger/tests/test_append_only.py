"""Append-only in layers: rights, triggers, recorded schema changes; every statement as every role."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from libs.db.database import plain_url
from libs.db.watched import UnwatchedError, prepare_watch
from services.ledger.store.ddl_watch import RECORDED_BY, ensure_ddl_watch
from services.ledger.tests.support import EAST, Ledger, earned, issue, new
from tests.support.postgres import DatabaseFactory

TABLES = ("book", "wallet", "entry", "answer", "checkpoint", "period_close", "ddl")
CHANGES = {
    "UPDATE": "UPDATE journal.{table} SET {column} = {column}",
    "DELETE": "DELETE FROM journal.{table}",
    "TRUNCATE": "TRUNCATE journal.{table} CASCADE",
}
COLUMN = {
    "book": "book",
    "wallet": "wallet",
    "entry": "minutes",
    "answer": "pos",
    "checkpoint": "size",
    "period_close": "statement",
    "ddl": "command",
}


class Roles:
    """Connections to one ledger database as each role."""

    def __init__(self, factory: DatabaseFactory) -> None:
        self.name, self.urls = factory.create("ledger")
        self.superuser = factory.server.superuser_url(self.name)
        self.by_role = {
            "app": plain_url(self.urls.app),
            "owner": plain_url(self.urls.owner),
            "reader": plain_url(self.urls.reader),
            "superuser": self.superuser,
        }


@pytest.fixture(scope="module")
def roles(database_factory: DatabaseFactory) -> Iterator[Roles]:
    """A ledger with one transfer, and every role's way into it."""
    roles = Roles(database_factory)
    ledger = Ledger(roles.urls.app)
    ledger.post(issue(earned(new()), 60))
    ledger.database.dispose()
    yield roles
    database_factory.drop(roles.name)


@pytest.mark.parametrize("role", ["app", "owner", "reader", "superuser"])
@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("replication_role", ["origin", "replica"])
def test_no_role_changes_a_row(roles: Roles, role: str, change: str, table: str, replication_role: str) -> None:
    statement = CHANGES[change].format(table=table, column=COLUMN[table])
    with psycopg.connect(roles.by_role[role], autocommit=True) as connection:
        if role == "superuser":
            connection.execute(f"SET session_replication_role = {replication_role}")

        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)):
            connection.execute(statement)


@pytest.mark.parametrize("role", ["app", "reader"])
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE journal.entry",
        "ALTER TABLE journal.entry DISABLE TRIGGER ALL",
        "ALTER TABLE journal.entry ADD COLUMN note text",
        "DROP TRIGGER refuse_change ON journal.entry",
        "CREATE TABLE journal.more (n int)",
        "DROP SCHEMA journal CASCADE",
        "SET session_replication_role = replica",
        "MERGE INTO journal.entry e USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE",
        "INSERT INTO journal.ddl (command, object, statement) VALUES ('', '', '')",
    ],
)
def test_the_services_role_cannot_change_the_schema(roles: Roles, role: str, statement: str) -> None:
    with (
        psycopg.connect(roles.by_role[role], autocommit=True) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)),
    ):
        connection.execute(statement)


def test_the_services_role_may_insert_and_select_and_nothing_more(roles: Roles) -> None:
    query = """
        SELECT table_name, privilege_type FROM information_schema.role_table_grants
        WHERE table_schema = 'journal' AND grantee = 'ledger_app'"""
    with psycopg.connect(roles.superuser) as connection:
        rights = {(table, right) for table, right in connection.execute(query)}

    assert {right for _, right in rights} == {"INSERT", "SELECT"}
    assert ("ddl", "INSERT") not in rights


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE journal.entry DISABLE TRIGGER refuse_change",
        "CREATE INDEX more ON journal.entry (minutes)",
        "DROP INDEX journal.entry_act",
    ],
)
def test_what_a_superuser_does_to_the_schema_is_recorded(database_factory: DatabaseFactory, statement: str) -> None:
    roles = Roles(database_factory)
    for _ in range(2):
        ensure_ddl_watch(roles.urls.owner)

    with psycopg.connect(roles.superuser, autocommit=True) as connection:
        connection.execute(statement)
        recorded = connection.execute("SELECT by_role, statement FROM journal.ddl").fetchall()

    assert ("postgres", statement) in recorded
    database_factory.drop(roles.name)


def test_an_owner_who_was_not_let_is_told_what_a_superuser_must_run(database_factory: DatabaseFactory) -> None:
    roles = Roles(database_factory)
    advice = "python -m libs.db.watched ledger_owner journal.record_ddl"
    with psycopg.connect(roles.superuser, autocommit=True) as connection:
        connection.execute("DROP SCHEMA ddl_watch CASCADE")

    with pytest.raises(UnwatchedError, match=advice):
        ensure_ddl_watch(roles.urls.owner)
    prepare_watch(roles.superuser, "ledger_owner", RECORDED_BY)
    ensure_ddl_watch(roles.urls.owner)
    with psycopg.connect(roles.superuser, autocommit=True) as connection:
        connection.execute("ALTER EVENT TRIGGER watch_sql_drop DISABLE")
    ensure_ddl_watch(roles.urls.owner)

    with psycopg.connect(roles.superuser) as connection:
        enabled = connection.execute("SELECT evtevent, evtenabled::text FROM pg_event_trigger ORDER BY 1").fetchall()
    database_factory.drop(roles.name)

    assert enabled == [("ddl_command_end", "A"), ("sql_drop", "A")]


@pytest.mark.parametrize("role", ["app", "reader"])
def test_only_the_owner_may_have_the_watch_installed(database_factory: DatabaseFactory, role: str) -> None:
    roles = Roles(database_factory)

    with psycopg.connect(roles.by_role[role]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT ddl_watch.install()")
    database_factory.drop(roles.name)


def test_what_would_record_as_whoever_changes_is_not_installed(database_factory: DatabaseFactory) -> None:
    roles = Roles(database_factory)
    with psycopg.connect(roles.by_role["owner"], autocommit=True) as connection:
        connection.execute("ALTER FUNCTION journal.record_ddl() SECURITY INVOKER")

    with pytest.raises(UnwatchedError, match="no SECURITY DEFINER"):
        ensure_ddl_watch(roles.urls.owner)
    database_factory.drop(roles.name)


def test_a_row_that_breaks_the_books_rules_is_refused_even_from_the_services_role(roles: Roles) -> None:
    copy = """
        INSERT INTO journal.entry (pos, debit, credit, debit_after, credit_after, effective_at, recorded_at, book,
            minutes, debit_version, credit_version, policy_version, reason, outcome, leg, legs, evidence, request_id,
            cause, act_id, actor, checker, salt, leaf_hash)
        SELECT pos + 1, {debit}, {credit}, {debit_after}, credit_after, effective_at, recorded_at, book,
            {minutes}, debit_version + 1, credit_version + 1, policy_version, reason, outcome, leg, legs, evidence,
            gen_random_uuid(), cause, act_id, actor, checker, salt, leaf_hash FROM journal.entry WHERE pos = 1"""
    right = {"debit": "debit", "credit": "credit", "debit_after": "debit_after", "minutes": "minutes"}
    with psycopg.connect(roles.by_role["app"]) as connection:
        for wrong in (
            {"minutes": "0"},
            {"minutes": "-5"},
            {"debit": "credit"},
            {"debit": "credit + 16", "debit_after": "-1"},
            {"credit": "credit + (1::bigint << 36)"},
        ):
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                connection.execute(copy.format(**(right | wrong)))
    assert EAST
