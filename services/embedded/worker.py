"""The worker process: every service's relay, consumer and clockwork as threads, and what it says about itself."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from libs.bus import Broker, BrokerError
from libs.clock import ManualClock, monotonic
from libs.housekeeping import Housekeeping
from libs.inbox.consumer import Consumer
from libs.logs import configure, get_logger
from libs.outbox.relay import Relay
from libs.telling import describe
from libs.wake import WakeListener
from services.embedded.composition import Part
from services.embedded.folder import DataFolder
from services.embedded.readiness import WORKER_FILE
from services.operator.figures import BACKUP_FILE, Figures
from services.operator.growth import sample_when_due
from services.operator.nightly import KEPT_FILE, Nightly
from services.operator.platform import PlatformAwayError, find

TICK_SECONDS = 1.0
RECONCILIATION_LOOK_SECONDS = 2.0
STATUS_SECONDS = 1.0
STATUS_SECONDS_WHILE_STARTING = 0.05
SILENT_SECONDS_MAX = 3.0
JOIN_SECONDS_MAX = 5.0
DUE_RUNS_PER_TICK_MAX = 200
PATIENCE_SECONDS = 0.5
IDLE_SECONDS = 1.0


class QuietListener(WakeListener):
    """Lets a relay look once a second by itself: here every writer wakes it, and a look costs the same processor."""

    def wait(self, timeout_seconds: float) -> bool:
        """Return when somebody wakes us, or after a second."""
        return super().wait(max(timeout_seconds, IDLE_SECONDS))


class PatientListener(WakeListener):
    """Lets a relay look seldom unless it is woken, so that it publishes much at once: while the demo city is made."""

    def wait(self, timeout_seconds: float) -> bool:
        """Return when somebody wakes us, or after a longer while than was asked for."""
        return super().wait(max(timeout_seconds, PATIENCE_SECONDS))


class Worker:
    """Runs the threads until told to stop; when one of them breaks, the process ends and is started anew."""

    def __init__(
        self,
        parts: Sequence[Part],
        broker: Broker,
        folder: DataFolder,
        clock: ManualClock,
        *,
        wakes: Mapping[str, socket.socket],
        patient: bool = False,
    ) -> None:
        """`wakes` are what each relay is woken on: bound by the supervisor, so that no restart finds them taken."""
        self._wakes = wakes
        self._listener = PatientListener if patient else QuietListener
        self._parts, self._broker, self._folder, self._clock = parts, broker, folder, clock
        self._stop = threading.Event()
        self._consumers: dict[str, Consumer] = {}
        self._relays: dict[str, Relay] = {}
        self._threads: list[threading.Thread] = []
        self._broken: list[str] = []
        self._is_well = False
        self._broker_answered_at: float | None = None
        self._broker_error = ""

    def run(self) -> int:
        """Work until SIGTERM; return the exit code."""
        configure("worker")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self._stop.set())
        self._declare_topics()
        for part in self._parts:
            self._start_events(part)
            for name, act in part.service.background.items():
                self._start(f"{part.name}-{name}", lambda act=act: act(self._stop))  # type: ignore[misc]  # bound
        self._start("due", self._tick)
        self._start("reconciliation", self._reconcile_nightly)
        self._start("figures", self._look_at_figures)
        self._start("broker", self._ask_broker)
        while not self._stop.wait(STATUS_SECONDS if self._is_well else STATUS_SECONDS_WHILE_STARTING):
            self._write_status()
            if self._broken:
                break
        self._end()
        return 1 if self._broken else 0

    def _declare_topics(self) -> None:
        topics = [topic for part in self._parts for topic in part.topics]
        while not self._stop.is_set():
            try:
                self._broker.declare_topics(topics)
                return
            except (BrokerError, SQLAlchemyError) as error:
                get_logger().warning("topics_not_declared", error=describe(error))
                self._say({"broker": "the broker does not answer"})
                self._stop.wait(STATUS_SECONDS)

    def _start_events(self, part: Part) -> None:
        wake = self._listener(self._wakes[part.name])
        service = part.service
        relay = Relay(
            service.relay_database or service.database,
            self._broker,
            name=part.name,
            sources=service.sources,
            wake=wake,
            topics=[topic.name for topic in part.topics],
        )
        consumer = Consumer(service.database, self._broker, service.consumers, group=part.name, member="worker")
        self._relays[part.name], self._consumers[part.name] = relay, consumer
        self._start(f"{part.name}-relay", relay.run)
        self._start(f"{part.name}-consumer", consumer.run)

    def _start(self, name: str, act: Callable[[], object]) -> None:
        def run() -> None:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - whatever it was, the process is started anew
                get_logger().error("thread_broke", thread=name, exc_info=error)
                self._broken.append(name)

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _tick(self) -> None:
        """Once a second, run what is due by the clock; while time stands still, who moves it runs what is due."""
        housekeeping = [
            Housekeeping(part.name, part.service.database, part.service.housekeeping) for part in self._parts
        ]
        while not self._stop.wait(TICK_SECONDS):
            for part, housekeeper in zip(self._parts, housekeeping, strict=True):
                housekeeper.run_when_due()
                try:
                    if not self._clock.stands_still():
                        self._run_due(part)
                except SQLAlchemyError as error:
                    get_logger().warning("due_run_waits", service=part.name, error=describe(error))

    def _run_due(self, part: Part) -> None:
        for _ in range(DUE_RUNS_PER_TICK_MAX):
            now = self._clock.now()
            with part.service.database.reading() as connection:
                due = part.service.next_due(connection, now)
            if due is None or due > now:
                return
            with part.service.database.transaction() as connection:
                part.service.run_due(connection, now)

    def _ask_broker(self) -> None:
        """Ask the broker something small again and again, in a thread of its own: an absent one answers late."""
        topics = [topic.name for part in self._parts[:1] for topic in part.topics]
        while not self._stop.wait(STATUS_SECONDS if self._is_well else STATUS_SECONDS_WHILE_STARTING):
            try:
                self._broker.end_offsets(topics)
            except Exception as error:  # noqa: BLE001 - whatever keeps the broker away is what we report
                self._broker_error = type(error).__name__
            else:
                self._broker_answered_at, self._broker_error = monotonic(), ""

    def _broker_problem(self) -> str:
        """What is wrong with the broker, in words; empty when it answers."""
        if self._broker_error:
            return f"the broker does not answer: {self._broker_error}"
        if self._broker_answered_at is None:
            return "the broker has not answered yet"
        silent_seconds = monotonic() - self._broker_answered_at
        return f"the broker has not answered for {silent_seconds:.0f} s" if silent_seconds > SILENT_SECONDS_MAX else ""

    def _reconcile_nightly(self) -> None:
        """Compare the services once a night, also while time stands still: it only reads."""
        nightly: Nightly | None = None
        while not self._stop.wait(RECONCILIATION_LOOK_SECONDS):
            try:
                if nightly is None:
                    readers, kept = find(self._folder.root).readers, self._folder.root / KEPT_FILE
                    nightly = Nightly(readers, self._clock, kept, pause=self._stop.wait)
                nightly.run_when_due()
                sample_when_due(self._folder.root)
            except (psycopg.Error, PlatformAwayError, OSError) as error:
                get_logger().warning("reconciliation_waits", error=describe(error))

    def _look_at_figures(self) -> None:
        """Say what an operator watches; the platform's addresses are known once its supervisor has written them."""
        while not self._stop.wait(RECONCILIATION_LOOK_SECONDS):
            try:
                readers = find(self._folder.root).readers
            except PlatformAwayError:
                continue
            Figures(
                readers, self._clock, backup_file=self._folder.run / BACKUP_FILE, disk=self._folder.root
            ).look_until(self._stop)

    def _write_status(self) -> None:
        problems: dict[str, str] = {}
        if self._broker_problem():
            problems["broker"] = self._broker_problem()
        for name, consumer in self._consumers.items():
            if consumer.stopped_because is not None:
                problems[f"{name}-consumer"] = consumer.stopped_because
            elif not consumer.is_caught_up:
                problems[f"{name}-consumer"] = "has not reached the end it saw at its start"
        for name, relay in self._relays.items():
            if relay.problem is not None:
                problems[f"{name}-relay"] = relay.problem
            elif not relay.is_leader:
                problems[f"{name}-relay"] = "does not publish now"
        self._say(problems)

    def _say(self, problems: dict[str, str]) -> None:
        self._is_well = not problems
        status: dict[str, Any] = {"at_ms": int(monotonic() * 1000), "problems": problems}
        try:
            self._folder.write_run(WORKER_FILE, status)
        except OSError as error:  # Readiness says that the disk is full, and that we are silent.
            get_logger().error("status_not_written", error=describe(error))

    def _end(self) -> None:
        self._stop.set()
        for consumer in self._consumers.values():
            consumer.stop()
        for relay in self._relays.values():
            relay.stop()
        for thread in self._threads:
            thread.join(JOIN_SECONDS_MAX)
        self._broker.close()
