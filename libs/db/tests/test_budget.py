"""A process that may open more connections than the server gives is told so, with both figures."""

from __future__ import annotations

import psycopg

from libs.db.budget import connection_problem
from tests.support.postgres import DatabaseFactory, FreshDatabase


def test_a_pool_above_the_servers_limit_is_named_with_both_figures(fresh_database: FreshDatabase) -> None:
    url = fresh_database("sample").app

    assert connection_problem(url, 10) is None
    assert connection_problem(url, 100_000) == (
        "this process may open 100000 connections, of which the server gives this role at most 147"
    )


def test_a_limit_of_the_database_counts_too(database_factory: DatabaseFactory) -> None:
    name, urls = database_factory.create("sample")
    with psycopg.connect(database_factory.server.superuser_url(), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 8".encode())

    assert connection_problem(urls.app, 8) is None
    assert "at most 8" in str(connection_problem(urls.app, 9))
    database_factory.drop(name)


def test_a_server_that_is_away_is_not_waited_for() -> None:
    assert connection_problem("postgresql://nobody@127.0.0.1:9/none", 1) is None
