"""Outbox, relay, broker, consumer as processes that are killed, paused and cut off; then every event has one effect.

Without the platform around it, so that one and three nodes of Kafka, and either broker, meet the same harms.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import sqlalchemy

from libs.bus import Topic
from libs.bus.kafka_server import KafkaCluster
from libs.db import TRANSIENT, Database
from libs.db.embedded import EmbeddedPostgres
from libs.ids import new_id
from libs.outbox import OutgoingEvent, append
from tests.faults.processes import broker_of
from tests.support.kafka import start_cluster
from tests.support.postgres import ROOT, DatabaseFactory, running_server

STREAMS = 6
PAUSE_SECONDS = 8.0
OUTAGE_SECONDS = 3.0
RECOVERY_SECONDS_MAX = 240.0
COMMIT_PAUSE_SECONDS = 0.01
TOPIC = "chain.v1"


@dataclasses.dataclass(frozen=True)
class Met:
    """A harm, how many events were on their way when it came, and when events were applied again."""

    name: str
    waiting: int
    back_after_seconds: float

    def __str__(self) -> str:
        """Return it as a line of the report."""
        return f"{self.name:<16} {self.waiting:>4} on their way, applied again after {self.back_after_seconds:.1f} s"


class Chain:
    """One run of the chain."""

    def __init__(self, server: EmbeddedPostgres, cluster: KafkaCluster | None, *, seed: int) -> None:
        factory = DatabaseFactory(server)
        self.urls = {name: factory.create("sample")[1].app for name in ("publisher", "hearer")}
        self.address = ",".join(cluster.bootstrap) if cluster else factory.create("bus")[1].app
        self.server, self.cluster, self.rng = server, cluster, random.Random(seed)
        self.publisher = Database(self.urls["publisher"], pool_max=2)
        self.hearer = Database(self.urls["hearer"], pool_max=2)
        self.committed: dict[str, int] = defaultdict(int)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()
        self._writer = threading.Thread(target=self._write, daemon=True)
        broker = broker_of(self.address)
        broker.declare_topics([Topic(TOPIC, partitions=4)])
        broker.close()

    def run(self, *, rounds: int, events_between: int) -> list[Met]:
        """Do every harm in every round; return what each met."""
        met: list[Met] = []
        for role in ("relay", "relay-2", "member-1", "member-2"):
            self._start(role)
        self._writer.start()
        for _ in range(rounds):
            harms = list(self._harms().items())
            self.rng.shuffle(harms)
            for name, harm in harms:
                self._await_applied(self.applied() + events_between)
                met.append(self._harm(name, harm))
                print(f"  {met[-1]}", flush=True)
        self._stop.set()
        self._writer.join(RECOVERY_SECONDS_MAX)
        self._await_applied(sum(self.committed.values()))
        return met

    def hold_against_commits(self) -> None:
        """Every committed event was applied exactly once, in order."""
        applied: dict[str, list[int]] = defaultdict(list)
        with self.hearer.reading() as connection:
            for stream, position in connection.execute(_APPLIED):
                applied[stream].append(position)
        assert dict(applied) == {stream: list(range(1, count + 1)) for stream, count in self.committed.items()}

    def close(self) -> None:
        """End what runs."""
        self._stop.set()
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.publisher.dispose()
        self.hearer.dispose()

    def applied(self) -> int:
        """Return how many events have had their effect."""
        with contextlib.suppress(*TRANSIENT), self.hearer.reading() as connection:
            return int(connection.scalar(sqlalchemy.text("SELECT count(*) FROM applied")) or 0)
        return 0

    def kill_relay(self) -> None:
        """Kill -9 one relay; the other leads, or takes over."""
        self._kill(self.rng.choice(["relay", "relay-2"]))

    def kill_member(self) -> None:
        """Kill -9 one consumer."""
        self._kill(self.rng.choice(["member-1", "member-2"]))

    def _harm(self, name: str, harm: Callable[[], None]) -> Met:
        """Do one harm while events are on their way, and wait until events are applied again."""
        end = time.monotonic() + RECOVERY_SECONDS_MAX
        while (waiting := self._on_the_way()) <= 0 and time.monotonic() < end:
            time.sleep(0.001)
        at = time.monotonic()
        harm()
        self._await_applied(self.applied() + 1)
        return Met(name, waiting, time.monotonic() - at)

    def _on_the_way(self) -> int:
        """Return how many events are committed and were not applied a moment ago."""
        applied = self.applied()
        return sum(self.committed.values()) - applied

    def pause_relay(self) -> None:
        """Stop a relay longer than its session and let it go on."""
        self._pause(self.processes["relay"].pid)

    def pause_member(self) -> None:
        """Stop a consumer longer than its session and let it go on."""
        self._pause(self.processes["member-1"].pid)

    def kill_database(self) -> None:
        """Kill -9 PostgreSQL and start it after a while."""
        self.server.kill()
        time.sleep(OUTAGE_SECONDS)
        self.server.start()

    def kill_node(self, node: int) -> None:
        """Kill -9 a node of Kafka and start it after a while."""
        assert self.cluster is not None
        self.cluster.kill(node)
        time.sleep(OUTAGE_SECONDS)
        self.cluster.start(node)
        self.cluster.wait(node)

    def pause_node(self) -> None:
        """Stop a node of Kafka for a while."""
        assert self.cluster is not None
        self._pause(self.cluster.processes[1].pid)

    def _harms(self) -> dict[str, Callable[[], None]]:
        both = (self.kill_relay, self.kill_member, self.pause_relay, self.pause_member, self.kill_database)
        harms: dict[str, Callable[[], None]] = {harm.__name__: harm for harm in both}
        if self.cluster is not None:
            harms["pause_node"] = self.pause_node
            for node in range(1, self.cluster.size + 1):
                harms[f"kill_node_{node}"] = functools.partial(self.kill_node, node)
        return harms

    def _write(self) -> None:
        number = 0
        while not self._stop.is_set():
            stream = f"stream-{number % STREAMS}"
            number += 1
            try:
                with self.publisher.transaction() as connection:
                    append(connection, _event(stream))
            except TRANSIENT:
                self.committed[stream] = self._last_committed(stream)
                continue
            self.committed[stream] += 1
            time.sleep(COMMIT_PAUSE_SECONDS)

    def _last_committed(self, stream: str) -> int:
        """Ask the database what became of a commit whose answer was lost."""
        while True:
            with contextlib.suppress(*TRANSIENT), self.publisher.reading() as connection:
                return int(connection.scalar(_LAST, {"stream": stream}) or 0)
            time.sleep(0.2)

    def _start(self, role: str) -> None:
        kind, url = ("relay", self.urls["publisher"]) if role.startswith("relay") else (role, self.urls["hearer"])
        command = [sys.executable, "-m", "tests.faults.processes", kind, url, self.address, TOPIC]
        self.processes[role] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _kill(self, role: str) -> None:
        self.processes[role].kill()
        self.processes[role].wait()
        self._start(role)

    @staticmethod
    def _pause(pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
        os.kill(pid, signal.SIGCONT)

    def _await_applied(self, count: int) -> None:
        end = time.monotonic() + RECOVERY_SECONDS_MAX
        while (applied := self.applied()) < count:
            assert time.monotonic() < end, f"{applied} of {count} events applied"
            time.sleep(0.05)


@contextlib.contextmanager
def chain(folder: pathlib.Path, *, nodes: int, seed: int) -> Iterator[Chain]:
    """Give a chain on a durable server of its own, with `nodes` of Kafka, or on the PostgreSQL broker when 0."""
    print(f"{nodes} Kafka nodes, seed {seed}")
    cluster = start_cluster(folder / "kafka", size=nodes) if nodes else None
    try:
        with running_server() as server:
            one = Chain(server, cluster, seed=seed)
            try:
                yield one
            finally:
                one.close()
    finally:
        if cluster is not None:
            cluster.stop()


def _event(stream: str) -> OutgoingEvent:
    return OutgoingEvent(
        event_id=new_id(),
        event_type="sample.v1.Happened",
        topic=TOPIC,
        stream=stream,
        key=stream,
        subject="s",
        payload=b"x",
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


_APPLIED = sqlalchemy.text("SELECT stream, position FROM applied ORDER BY number")
_LAST = sqlalchemy.text("SELECT last_pos FROM outbox_stream WHERE stream = :stream")
