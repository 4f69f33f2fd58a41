"""Prepared statements say what SQLAlchemy would, and fail as it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from libs.db import TRANSIENT, Database
from libs.db.driver import pipelined, run, scalar
from libs.db.prepared import Prepared
from libs.db.rows import add_row, add_rows, change_rows, delete_rows, find_row, save_row
from tests.support.postgres import FreshDatabase

metadata = sa.MetaData()
thing = sa.Table(
    "thing",
    metadata,
    sa.Column("thing_id", sa.Uuid, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("words", ARRAY(sa.Text)),
    sa.Column("told", JSONB),
)
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def connection(fresh_database: FreshDatabase) -> Iterator[Connection]:
    """A transaction with the table, rolled back."""
    database = Database(fresh_database("sample").owner)
    with database.engine.connect() as opened, opened.begin() as transaction:
        metadata.create_all(opened)
        yield opened
        transaction.rollback()
    database.dispose()


def row(thing_id: UUID = ONE, part: int = 1, **values: object) -> dict[str, object]:
    return {"thing_id": thing_id, "part": part, "words": ["a", "b"], "told": {"n": [1, None]}} | values


def test_a_row_comes_back_as_it_was_saved_and_as_sqlalchemy_reads_it(connection: Connection) -> None:
    save_row(connection, thing, row())

    found = find_row(connection, thing, thing_id=ONE, part=1)

    assert found._asdict() == row()
    assert dict(connection.execute(sa.select(thing)).mappings().one()) == row()


def test_saving_again_changes_the_row_with_its_key_and_no_other(connection: Connection) -> None:
    add_rows(connection, thing, [row(), row(part=2), row(OTHER)])

    save_row(connection, thing, row(told=None, words=[]))

    assert find_row(connection, thing, thing_id=ONE, part=1, for_update=True).words == []
    assert find_row(connection, thing, thing_id=ONE, part=2)._asdict() == row(part=2)
    assert Prepared(sa.select(sa.func.count()).select_from(thing)).scalar(connection) == 3


def test_a_row_of_nothing_but_its_key_is_saved_twice_without_harm(connection: Connection) -> None:
    for _ in range(2):
        save_row(connection, thing, {"thing_id": ONE, "part": 7})

    assert find_row(connection, thing, part=7).thing_id == ONE


def test_changes_and_deletions_tell_how_many_rows_there_were(connection: Connection) -> None:
    add_rows(connection, thing, [row(), row(part=2), row(OTHER)])

    assert change_rows(connection, thing, {"part": 9}, thing_id=ONE, part=2) == 1
    assert change_rows(connection, thing, {"words": ["c"]}, thing_id=ONE) == 2
    assert delete_rows(connection, thing, thing_id=ONE, part=2) == 0
    assert delete_rows(connection, thing, thing_id=ONE) == 2
    assert find_row(connection, thing, thing_id=ONE) is None


def test_each_way_to_read_gives_the_same_rows(connection: Connection) -> None:
    add_rows(connection, thing, [row(), row(part=2)])
    ids = sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
    query = Prepared(sa.select(thing.c.part, thing.c.words).where(thing.c.thing_id == ids).order_by(thing.c.part))
    terms = {"ids": [ONE, OTHER]}

    assert [(one.part, one.words) for one in query.rows(connection, terms)] == [(1, ["a", "b"]), (2, ["a", "b"])]
    assert query.first(connection, terms).part == 1
    assert query.mappings(connection, terms)[1] == {"part": 2, "words": ["a", "b"]}
    assert query.scalars(connection, terms) == [1, 2]
    assert query.scalar(connection, {"ids": [OTHER]}) is None


def test_what_the_database_refuses_is_sqlalchemys_error(connection: Connection) -> None:
    add_row(connection, thing, row())

    with pytest.raises(IntegrityError), connection.begin_nested():
        add_row(connection, thing, row())


def test_a_lost_connection_is_transient(fresh_database: FreshDatabase) -> None:
    database = Database(fresh_database("sample").app)

    with pytest.raises(TRANSIENT), database.transaction() as connection:
        mine = scalar(connection, "SELECT pg_backend_pid()")
        with Database(fresh_database("sample").app).reading() as other:
            run(other, "SELECT pg_terminate_backend(%(pid)s)", {"pid": mine})
        run(connection, "SELECT 1")

    with database.reading() as connection:
        assert scalar(connection, "SELECT 1") == 1
    database.dispose()


def test_a_type_that_the_driver_reads_otherwise_is_refused_at_once(connection: Connection) -> None:
    spoken = Prepared(sa.select(sa.type_coerce(thing.c.part, sa.Enum("a", "b", native_enum=False))))

    with pytest.raises(AssertionError, match="execute this with SQLAlchemy"):
        spoken.rows(connection)


class MetAtCompiling:
    """A statement at whose compiling two threads meet."""

    def __init__(self, statement: sa.Insert) -> None:
        self._statement = statement
        self._both = threading.Barrier(2)

    def compile(self, **terms: Any) -> Any:
        """Compile once the other thread is here too."""
        self._both.wait(10)
        return self._statement.compile(**terms)


def test_two_threads_that_meet_at_the_first_execution_do_not_convert_twice(fresh_database: FreshDatabase) -> None:
    database = Database(fresh_database("sample").owner)
    with database.transaction() as connection:
        metadata.create_all(connection)
    adding = Prepared(MetAtCompiling(sa.insert(thing)))  # type: ignore[arg-type]  # what of a statement is used here

    def add(part: int) -> None:
        with database.transaction() as connection:
            adding.change(connection, row(part=part))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(add, (1, 2)))
    add(3)

    with database.reading() as connection:
        told = connection.execute(sa.select(thing.c.told)).scalars().all()
    assert told == [row()["told"]] * 3
    database.dispose()


def test_statements_of_one_trip_see_what_those_before_them_did(connection: Connection) -> None:
    with pipelined(connection):
        run(connection, "INSERT INTO thing (thing_id, part) VALUES (%(id)s, 1)", {"id": ONE})
        counted = run(connection, "SELECT count(*) FROM thing")

    assert counted.fetchone() == (1,)
