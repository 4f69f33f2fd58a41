"""After a restore an operator begins an epoch and has it accepted, by the command, on the databases of the services."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from click.testing import CliRunner

from libs.bus import Topic
from libs.bus.postgres import PostgresBroker
from libs.db import Database
from libs.ids import new_id
from libs.outbox import OutgoingEvent, append
from services.operator.commands import main
from services.operator.platform import RUN_FILE
from tests.support.postgres import FreshDatabase

SERVICES = ("accounts", "orders", "ledger", "redemption")
TOPIC = "timebank.orders.v1"
TOLD = 5


class Operated:
    """A data folder as that of a running platform, with the services' real databases and no process."""

    def __init__(self, folder: Path, fresh_database: FreshDatabase) -> None:
        urls = {name: fresh_database(name) for name in (*SERVICES, "bus")}
        self.folder = folder
        self._databases = {name: Database(urls[name].app, pool_max=1) for name in SERVICES}
        running = {
            "url": "",
            "inside_url": "",
            "kind": "live",
            "broker": "postgres",
            "supervisor": os.getpid(),
            "children": {},
            "readers": {name: one.reader for name, one in urls.items()},
            "writers": {name: one.app for name, one in urls.items()},
        }
        (folder / RUN_FILE).parent.mkdir()
        (folder / RUN_FILE).write_text(json.dumps(running))
        broker = PostgresBroker(urls["bus"].app)
        broker.declare_topics([Topic(TOPIC)])
        broker.close()

    def run(self, *arguments: str) -> str:
        """Run the command; return what it prints."""
        ended = CliRunner().invoke(main, ["--data", str(self.folder), "events", *arguments])
        assert ended.exit_code == 0, ended.output
        return ended.output

    def publish(self) -> None:
        """Let orders have told some events of one stream."""
        with self._databases["orders"].transaction() as connection:
            for _ in range(TOLD):
                append(connection, _event())
        self.execute("orders", f"INSERT INTO outbox_published VALUES ('{TOPIC}', 'd1', {TOLD})")

    def hear(self, position: int) -> None:
        """Let the ledger have applied the stream so far."""
        self.execute(
            "ledger",
            "INSERT INTO inbox_position (group_name, topic, stream, position, broker_partition, broker_offset) "
            f"VALUES ('ledger', '{TOPIC}', 'd1', {position}, 0, {position})",
        )

    def execute(self, service: str, statement: str) -> None:
        """Run a statement as a service."""
        with self._databases[service].transaction() as connection:
            connection.execute(sqlalchemy.text(statement))

    def scalar(self, service: str, query: str) -> object:
        """Return a value of a service's database."""
        with self._databases[service].reading() as connection:
            value: object = connection.scalar(sqlalchemy.text(query))
        return value

    def close(self) -> None:
        """Let go of the databases."""
        for database in self._databases.values():
            database.dispose()


def _event() -> OutgoingEvent:
    return OutgoingEvent(
        event_id=new_id(),
        event_type="sample.v1.Happened",
        topic=TOPIC,
        stream="d1",
        key="d1",
        subject="s",
        payload=b"x",
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


@pytest.fixture
def operated(tmp_path: Path, fresh_database: FreshDatabase) -> Iterator[Operated]:
    """A platform's databases and the folder that leads to them."""
    operated = Operated(tmp_path, fresh_database)
    yield operated
    operated.close()


REASON = ("--reason", "the disk of Tuesday", "--yes")


@pytest.mark.parametrize(("applied", "left"), [(3, 3), (TOLD + 2, TOLD)])
def test_who_heard_less_is_told_again_and_who_heard_more_goes_back(operated: Operated, applied: int, left: int) -> None:
    operated.publish()
    operated.hear(applied)

    begun = operated.run("adopt", "orders", *REASON)
    accepted = operated.run("accept", "ledger", "orders", *REASON)
    listed = operated.run("epochs")

    assert begun == "orders begins epoch 2\n"
    assert f"ledger takes {TOPIC} of epoch 2, 1 streams" in accepted
    assert ("ledger had applied 2 events" in accepted) is (applied > TOLD)
    assert operated.scalar("ledger", "SELECT position FROM inbox_position WHERE epoch = 2") == left
    assert operated.scalar("orders", "SELECT published_pos FROM outbox_published") == left
    assert operated.scalar("ledger", "SELECT reason FROM inbox_act WHERE act = 'epoch_accepted'") == REASON[1]
    assert "orders publishes epoch 2" in listed
    assert f"ledger has applied epoch 2 of {TOPIC}, 1 streams" in listed


def test_what_was_accepted_once_is_not_accepted_again(operated: Operated) -> None:
    operated.publish()
    operated.hear(3)
    operated.run("adopt", "orders", *REASON)
    operated.run("accept", "ledger", "orders", *REASON)
    operated.execute("ledger", "UPDATE inbox_position SET position = 5")

    again = operated.run("accept", "ledger", "orders", *REASON)

    assert again == "nothing to accept: ledger is of the epoch of orders\n"
    assert operated.scalar("ledger", "SELECT position FROM inbox_position") == TOLD


def test_all_begin_anew_and_are_told_also_of_streams_they_never_heard(operated: Operated) -> None:
    operated.publish()

    operated.run("adopt", "--all", *REASON)

    assert [operated.scalar(name, "SELECT max(number) FROM outbox_epoch") for name in SERVICES] == [2] * 4
    for group in ("accounts", "ledger", "redemption"):
        place = f"SELECT position FROM inbox_position WHERE group_name = '{group}' AND stream = 'd1' AND epoch = 2"
        assert operated.scalar(group, place) == 0
    assert operated.scalar("orders", "SELECT published_pos FROM outbox_published") == 0


def test_nothing_is_begun_where_nobody_said_of_whom(operated: Operated) -> None:
    ended = CliRunner().invoke(main, ["--data", str(operated.folder), "events", "adopt", *REASON])

    assert ended.exit_code == 2
    assert operated.scalar("orders", "SELECT count(*) FROM outbox_epoch") == 1
