"""Who looked at whose data is kept by months, three years; months are made ahead, and a missing one refuses nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from libs.clock import local_date, machine_now
from libs.db.database import plain_url
from libs.ids import new_id
from services.accounts.privacy.store import VIEWS, keep_months_of_views
from services.accounts.tests.platform import Platform

PARTS = """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'access_log'::regclass ORDER BY 1"""


@pytest.fixture
def owner(platform: Platform) -> Any:
    """A way in as who owns the tables."""
    url = plain_url(platform.database.url).replace("accounts_app:", "accounts_owner:")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def parts(owner: Any) -> list[str]:
    """The partitions there are."""
    return [name for (name,) in owner.execute(PARTS)]


def look(owner: Any, at: datetime) -> str:
    """Let somebody have been looked at; return who."""
    person = str(new_id())
    owner.execute(
        "INSERT INTO access_log (viewed_at, viewer_id, person_id, what, why) VALUES (%s, %s, %s, 'person', '')",
        [at, new_id(), person],
    )
    return person


def keep(platform: Platform) -> int:
    """Do what the housekeeping does."""
    with platform.database.transaction() as connection:
        return keep_months_of_views(connection)


def test_months_are_made_ahead_and_again_when_one_is_missing(platform: Platform, owner: Any) -> None:
    """The tests of a month's last night begin in one month and end in the next, so there may be one more."""
    this = local_date(machine_now()).replace(day=1)
    expected = ["access_log_rest"]
    for _ in range(4):
        expected.append(f"access_log_{this:%Y%m}")
        this = (this + timedelta(days=31)).replace(day=1)
    keep(platform)
    assert set(expected) <= set(parts(owner))
    owner.execute(f"DROP TABLE {expected[-1]}")

    assert keep(platform) == 0

    assert set(expected) <= set(parts(owner))


def test_a_month_without_a_partition_lies_in_the_rest_and_is_read_from_there(platform: Platform, owner: Any) -> None:
    (ahead,) = parts(owner)[3:4]
    owner.execute(f"DROP TABLE {ahead}")
    person = look(owner, datetime.fromisoformat(f"{ahead[-6:-2]}-{ahead[-2:]}-15T00:00:00+08:00"))

    assert keep(platform) == 0

    assert ahead not in parts(owner)
    with platform.database.reading() as connection:
        page = VIEWS.page(connection, {"cursor": None, "limit": 5}, person=person)
    assert len(page.rows) == 1
    plan = owner.execute("EXPLAIN (COSTS OFF) SELECT * FROM access_log WHERE viewed_at > now() + interval '1 day'")
    assert "access_log_rest" in str(plan.fetchall())


def test_a_month_is_dropped_after_three_years_and_not_before(platform: Platform, owner: Any) -> None:
    now = machine_now()
    for year in (2020, 2090):
        bounds = f"FROM ('{year}-01-01') TO ('{year}-02-01')"
        owner.execute(f"CREATE TABLE access_log_{year}01 PARTITION OF access_log FOR VALUES {bounds}")
    look(owner, datetime.fromisoformat("2020-01-15T00:00:00+00:00"))
    kept, old = look(owner, now - timedelta(days=3 * 365)), look(owner, now - timedelta(days=5 * 365))

    assert keep(platform) == 1

    assert "access_log_202001" not in parts(owner)
    assert "access_log_209001" in parts(owner)
    rows = owner.execute("SELECT person_id::text FROM access_log WHERE person_id = ANY(%s::uuid[])", [[kept, old]])
    assert [person for (person,) in rows] == [kept]


def test_the_service_itself_may_neither_make_nor_drop_one(platform: Platform) -> None:
    for statement in ("DROP TABLE access_log_rest", "DELETE FROM access_log_rest", "DELETE FROM access_log"):
        with (
            pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"),
            platform.database.transaction() as connection,
        ):
            connection.execute(sa.text(statement))
