"""The programs beside our own processes: the database server and, if asked for, a Kafka node."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import services
from libs.bus.kafka_server import KafkaCluster, KafkaUnavailableError
from libs.clock import monotonic
from libs.db.embedded import EmbeddedPostgres
from services.embedded import server as servers
from services.embedded.folder import DataFolder
from services.embedded.settings import RunOptions, StartRefusedError

RESTART_PAUSE_SECONDS = 2.0
KAFKA_FILE = "kafka.json"
NODE = 1


class Backends:
    """Starts, watches and stops what the services lean on."""

    def __init__(self, options: RunOptions, folder: DataFolder) -> None:
        self._options, self._folder = options, folder
        self.server: EmbeddedPostgres = servers.open_server(folder, throwaway=options.manual_clock)
        self._kafka: KafkaCluster | None = None
        self._tried_at = 0.0

    def start(self) -> None:
        """Start the database, then Kafka.

        Raises:
            StartRefusedError: one does not start.
        """
        servers.start(self.server)
        if self._options.broker == "kafka":
            self._start_kafka()

    @property
    def kafka_addresses(self) -> str | None:
        """Return where Kafka listens, as host:port by commas; None without Kafka."""
        return ",".join(self._kafka.bootstrap) if self._kafka else None

    def forget_events(self) -> None:
        """Delete what Kafka keeps, while nobody reads or writes; the topics are declared anew by the worker."""
        if self.kafka_addresses is not None:
            from libs.bus.kafka import KafkaBroker

            broker = KafkaBroker(self.kafka_addresses.split(","))
            broker.forget_topics()
            broker.close()

    def restart_dead(self) -> list[str]:
        """Start again what has died, not too often; return the names of what was started."""
        if monotonic() - self._tried_at < RESTART_PAUSE_SECONDS:
            return []
        restarted = []
        try:
            if not self.server.is_running():
                self._tried_at = monotonic()
                self.server.start()
                restarted.append("database")
            if self._kafka is not None and self._kafka.processes[NODE].poll() is not None:
                self._tried_at = monotonic()
                self._kafka.start(NODE)
                self._note_kafka(self._kafka)
                restarted.append("kafka")
        except (RuntimeError, TimeoutError) as error:
            print(f"does not start: {error}", file=sys.stderr, flush=True)
        return restarted

    def stop(self) -> None:
        """Stop Kafka, then the database; everything acknowledged or committed is kept."""
        if self._kafka is not None:
            self._kafka.stop()
        self.server.stop()

    def _start_kafka(self) -> None:
        self._end_orphan()
        jars = Path(services.__path__[0]).parent / "var" / "kafka" / "jars"
        try:
            self._kafka = KafkaCluster(self._folder.kafka, jars=jars)
            self._kafka.start_all()
        except (KafkaUnavailableError, RuntimeError, TimeoutError) as error:
            self.server.stop()
            raise StartRefusedError(f"Kafka does not start: {error}") from error
        self._note_kafka(self._kafka)

    def _note_kafka(self, kafka: KafkaCluster) -> None:
        self._folder.write_run(KAFKA_FILE, {"pid": kafka.processes[NODE].pid})

    def _end_orphan(self) -> None:
        """End a node that an earlier, killed supervisor left behind on this folder."""
        try:
            pid = int(json.loads((self._folder.run / KAFKA_FILE).read_text())["pid"])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, KeyError):
            return
        if str(self._folder.kafka).encode() in command:
            os.kill(pid, signal.SIGTERM)
            servers.wait_for_end(pid)
