"""What the last release's code finds in the databases is still there, and nothing new refuses what it writes."""

from __future__ import annotations

import json

import psycopg
import pytest

from libs.db.database import plain_url
from services.embedded.databases import DATABASES
from tests.architecture.schemas import RECORDED, catalogue, contractions
from tests.support.postgres import FreshDatabase

RELEASED = json.loads(RECORDED.read_text())
CONTRACTED: dict[str, set[str]] = {
    # Each refuses less than before: the key of what was looked at has the instant in it, a lent role stands beside
    # the same one of one's own, and one order opens the addresses of everybody on a round.
    "accounts": {
        "access_log refuses more: PRIMARY KEY (number, viewed_at)",
        "role_grant refuses more: UNIQUE btree (person_id, role, unit_id)"
        " WHERE ((ended_at IS NULL) AND (lent_by_id IS NULL))",
        "disclosure refuses more: PRIMARY KEY (order_id, volunteer_id, recipient_id)",
        # Who keeps a proposal for its maker is empty in what the release writes.
        "role_proposal refuses more: CHECK ((decided_by <> kept_by))",
    },
    "orders": {
        # It has a default that is one of the two.
        "visit refuses more: CHECK ((proof = ANY (ARRAY['verified'::text, 'attested'::text])))",
    },
}
"""What a release may no longer count on, because the one before stopped using it: by service, in the test's words."""


@pytest.mark.parametrize("service", DATABASES)
def test_what_is_released_finds_all_that_it_uses(service: str, fresh_database: FreshDatabase) -> None:
    now = catalogue(fresh_database(service).owner, service)

    missed = set(contractions(RELEASED[service], now))

    assert missed == CONTRACTED.get(service, set())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE mark", "mark is gone"),
        ("ALTER TABLE mark RENAME TO note", "mark is gone"),
        ("ALTER TABLE visit RENAME COLUMN how TO way", "visit.how is gone"),
        ("ALTER TABLE visit DROP COLUMN outcome CASCADE", "visit.outcome is gone"),
        ("ALTER TABLE confirmation ALTER COLUMN rating TYPE bigint", "confirmation.rating was integer and is bigint"),
        ("ALTER TABLE confirmation ALTER COLUMN rating SET NOT NULL", "confirmation.rating must not be empty any more"),
        ("ALTER TABLE command ALTER COLUMN recorded_at DROP DEFAULT", "command.recorded_at has no default any more"),
        ("ALTER TABLE visit ADD COLUMN more text NOT NULL", "visit.more is new, and must be given"),
        ("ALTER TABLE visit ADD CHECK (how <> 'x')", "visit refuses more: CHECK ((how <> 'x'::text))"),
        ("CREATE UNIQUE INDEX one_a_day ON visit (person_id, visited_at)", "visit refuses more: UNIQUE btree"),
        ("REVOKE UPDATE ON visit FROM orders_app", "visit orders_app may not UPDATE any more"),
        ("DROP FUNCTION outbox_keep_partitions", "outbox_keep_partitions(integer) orders_app is gone"),
    ],
)
def test_what_takes_something_away_is_named(statement: str, words: str, fresh_database: FreshDatabase) -> None:
    owner = fresh_database("orders").owner
    with psycopg.connect(plain_url(owner), autocommit=True) as connection:
        connection.execute(statement.encode())

    missed = list(contractions(RELEASED["orders"], catalogue(owner, "orders")))

    assert any(line.startswith(words) for line in missed), missed


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE visit ADD COLUMN more text",
        "ALTER TABLE visit ADD COLUMN more text NOT NULL DEFAULT ''",
        "ALTER TABLE visit ALTER COLUMN outcome DROP NOT NULL",
        "CREATE TABLE more (id uuid PRIMARY KEY, words text NOT NULL)",
        "CREATE INDEX visit_more ON visit (visited_at)",
        "GRANT DELETE ON visit TO orders_app",
    ],
)
def test_what_only_adds_is_no_harm(statement: str, fresh_database: FreshDatabase) -> None:
    owner = fresh_database("orders").owner
    with psycopg.connect(plain_url(owner), autocommit=True) as connection:
        connection.execute(statement.encode())

    assert set(contractions(RELEASED["orders"], catalogue(owner, "orders"))) == CONTRACTED.get("orders", set())
