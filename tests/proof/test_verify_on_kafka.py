"""`timebank verify --kafka`: the copies of the rows on a real Kafka name the exact row and field that was changed."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from libs.bus import Topic
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.db import Database
from libs.outbox import OutboxSource, unpublished
from libs.outbox.relay import Relay
from services.ledger import messages
from services.ledger.store.journal_source import JournalSource
from services.ledger.tests.support import EAST
from services.ledger.tests.test_verify import Tampered
from services.operator.commands import main
from services.operator.platform import RUN_FILE
from tests.events.world import until
from tests.proof.support import Bench
from tests.support.postgres import DatabaseFactory

pytestmark = pytest.mark.kafka
ROW = 9


class OnKafka(Tampered):
    """A history that was sealed, published to Kafka by its relay, and left as a platform that runs."""

    def __init__(self, factory: DatabaseFactory, cluster: KafkaCluster, folder: Path) -> None:
        super().__init__(factory, messages.encode)
        self.folder, self.address = folder, ",".join(cluster.bootstrap)
        bench = Bench(folder, self.urls.app)
        bench.sealer.tick()
        bench.close()
        self.rows = self.verify().rows
        self._publish()
        (folder / RUN_FILE).parent.mkdir(parents=True)
        platform = {
            "url": "", "inside_url": "", "kind": "embedded", "broker": "kafka",
            "supervisor": os.getpid(), "children": {},
            "readers": {"ledger": self.urls.reader}, "writers": {},
        }  # fmt: skip
        (folder / RUN_FILE).write_text(json.dumps(platform))

    def _publish(self) -> None:
        broker, database = KafkaBroker(self.address.split(",")), Database(self.urls.app)
        broker.forget_topics()  # The node serves all tests of the run: another may have published a ledger's rows.
        broker.declare_topics([Topic(messages.TOPIC, partitions=4)])
        journal = JournalSource(messages.TOPIC, messages.published, messages.type_without_answer)
        relay = Relay(database, broker, name="ledger", sources=[journal, OutboxSource()])
        thread = threading.Thread(target=relay.run)
        thread.start()
        published = until(lambda: self._waiting(database, journal) == 0)
        relay.stop()
        thread.join()
        broker.close()
        database.dispose()
        assert published

    @staticmethod
    def _waiting(database: Database, journal: JournalSource) -> int:
        with database.reading() as connection:
            return sum(unpublished(connection, [journal, OutboxSource()]).values())

    def command(self, *options: str) -> Result:
        """Run `timebank verify`."""
        return CliRunner().invoke(main, ["--data", str(self.folder), "verify", "--processes", "1", *options])


@pytest.fixture
def on_kafka(
    database_factory: DatabaseFactory, kafka_cluster: KafkaCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OnKafka]:
    """A ledger database of a few dozen rows that stand on Kafka too."""
    made = OnKafka(database_factory, kafka_cluster, tmp_path_factory.mktemp("platform"))
    yield made
    made.ledger.database.dispose()
    database_factory.drop(made.name)


def test_on_kafka_an_honest_journal_is_whole_and_a_changed_field_is_named_exactly(on_kafka: OnKafka) -> None:
    honest = on_kafka.command("--topic", "--kafka", on_kafka.address)
    on_kafka.drop_rules()
    # The salt is told once in a row: only the copy on the topic can tell which field it was.
    on_kafka.tamper(f"UPDATE journal.entry SET salt = '{UUID(int=7)}' WHERE book = 1 AND pos = {ROW}")
    without = on_kafka.command()
    named = on_kafka.command("--kafka", on_kafka.address)
    nowhere = on_kafka.command("--kafka", "127.0.0.1:1")

    assert f"{on_kafka.rows} copies of rows and" in honest.output
    assert (honest.exit_code, honest.output.splitlines()[-1]) == (0, "the ledger is whole")
    assert without.exit_code == named.exit_code == nowhere.exit_code == 1
    assert f"position {ROW}, field one of request_id" in without.output
    assert "say where Kafka is with --kafka" in without.output
    exact = f"row_altered in book {UUID(bytes=EAST)}, position {ROW}, field salt: expected "
    assert any(line.strip().startswith(exact) for line in named.output.splitlines()), named.output
    assert f"found {UUID(int=7)}" in named.output
    assert "one of" not in named.output
    assert "nothing listens on 127.0.0.1:1" in nowhere.output
    assert f"position {ROW}, field one of request_id" in nowhere.output


def test_on_kafka_a_row_taken_from_the_end_is_named(on_kafka: OnKafka) -> None:
    last = len(on_kafka.leaves())
    on_kafka.tamper(f"DELETE FROM journal.entry WHERE book = 1 AND pos = {last}")

    found = on_kafka.command("--kafka", on_kafka.address)

    assert found.exit_code == 1
    assert f"row_missing in book {UUID(bytes=EAST)}, position {last}, field pos" in found.output
