"""Do the connections that one process may open fit the server? Asked once, at the start."""

from __future__ import annotations

import psycopg

from libs.db.database import plain_url

CONNECT_SECONDS_MAX = 3
_LIMIT = """
SELECT least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - current_setting('reserved_connections')::int,
    (SELECT CASE WHEN rolconnlimit < 0 THEN NULL ELSE rolconnlimit END FROM pg_roles WHERE rolname = current_user),
    (SELECT CASE WHEN datconnlimit < 0 THEN NULL ELSE datconnlimit END FROM pg_database
     WHERE datname = current_database()))"""


def connection_problem(url: str, connections: int) -> str | None:
    """Say in words why a process may not open so many connections; None when it may, or nobody answers now."""
    try:
        with psycopg.connect(plain_url(url), connect_timeout=CONNECT_SECONDS_MAX) as connection:
            row = connection.execute(_LIMIT).fetchone()
    except psycopg.OperationalError:
        return None  # Whoever is away is waited for elsewhere.
    if row is None or connections <= row[0]:
        return None
    return f"this process may open {connections} connections, of which the server gives this role at most {row[0]}"
