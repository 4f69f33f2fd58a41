"""The manifests, run: every role as given, on PostgreSQL and Kafka, and the main flow through the front door.

What the overlay `prod` starts is compared with what ran.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
import urllib3

from libs import settings as environment
from libs.bus.kafka_server import KafkaCluster
from libs.clock import ManualClock
from libs.db.embedded import free_port
from libs.outbox.source import OutboxSource
from libs.sealed_files import create_key_file
from libs.tlog.notes import create_signer
from services.accounts.core.store.index_keys import create_index_key_file
from services.accounts.core.store.vault import create_master_key_file
from services.embedded.settling import Flow, Settling
from services.embedded.supervisor import FIRST_INSTANT
from services.embedded.time_travel import DuePart, Traveller
from tests.architecture.deployment import OURS, SERVICES, program_of
from tests.architecture.manifests import Manifest, pod_of, render
from tests.architecture.tree import ROOT
from tests.distributed.cluster import Cluster, until
from tests.distributed.connections import Watch
from tests.distributed.policies import lets_through, pods
from tests.distributed.test_network_policies import NEEDED
from tests.scenarios.client import Client, PlatformError
from tests.scenarios.runner import Run
from tests.scenarios.story import CASES, load_story
from tests.support.postgres import running_server

pytestmark = [pytest.mark.kafka, pytest.mark.manifests]
MIGRATING = [f"{name}-migrate" for name in SERVICES]
SETTLE_SECONDS = 60.0
ROLLED_AT_ONCE = 4
SELDOM = {"databases", "verify", "backup", "restore", *MIGRATING}
"""Jobs, which nobody watches."""
CLOCK = """
import pathlib
import libs.clock
libs.clock.SystemClock = lambda: libs.clock.ManualClock(pathlib.Path({path!r}))
"""


class TravellingClient(Client):
    """Moves the clock of the processes, which only a demonstration has an address for."""

    traveller: Traveller

    def advance(self, instant: datetime) -> None:
        """Move time and let everything due happen."""
        if not self.traveller.advance(instant):
            raise PlatformError(f"does not settle: {self.traveller.waiting()}")
        self.instant = instant

    def settle(self, since: datetime | None = None) -> dict[str, int]:
        """Wait until nothing is under way; return the events counted since an instant."""
        if not self.traveller.settle(SETTLE_SECONDS):
            raise PlatformError(f"does not settle: {self.traveller.waiting()}")
        return self.traveller.events_since(since)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the users of all pods can reach."""
    place = Path(tempfile.mkdtemp(prefix="timebank-cluster-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def cluster(folder: Path, kafka_cluster: KafkaCluster) -> Iterator[Cluster]:
    """The overlay `dev` beside a PostgreSQL and a Kafka of ours; nothing is started yet."""
    with running_server({"fsync": "off", "full_page_writes": "off"}) as server:
        superuser = server.superuser_url().split("//")[1].split("/")[0]
        addresses = {
            "postgres:only-for-development@postgres:5432": superuser,
            "postgres:5432": f"127.0.0.1:{server.port}",
            "kafka:9092": ",".join(kafka_cluster.bootstrap),
            "http://front-door": f"http://127.0.0.1:{free_port()}",
        }
        manifests = render(ROOT / "k8s/overlays/dev")
        made = Cluster(manifests, folder, addresses, _secrets(manifests, folder), _clock(folder))
        yield made
        made.close()


def test_the_roles_play_the_main_flow_with_only_the_connections_that_are_let_through(cluster: Cluster) -> None:
    cluster.run_jobs(["databases", *MIGRATING, "databases", "ledger-migrate"])
    names = [manifest["metadata"]["name"] for manifest in cluster.manifests if _is_ours(manifest)]
    roles = sorted(name for name in names if name not in SELDOM)
    cluster.add(roles)
    door = cluster.addresses["http://front-door"]
    cluster.start_front_door(int(door.rsplit(":", 1)[1]))
    with Watch(cluster.processes, _targets(cluster)) as watch:
        cluster.start(name for name in roles if name.endswith("-api"))
        cluster.start(name for name in roles if not name.endswith("-api"))
        client = TravellingClient(door)
        client.traveller = _traveller(cluster)
        Run(load_story(next((CASES / "flow").glob("01-*.yaml"))).needed(), client).play()
        until(lambda: _opens(door, "/") and ("front-door", "web", 8000) in watch.seen, "a page through the front door")
        until(lambda: ("nightly", "postgres", 5432) in watch.seen, "a nightly comparison")

        cluster.run_jobs(["verify", "backup"])
        assert _opens(door, "/readyz")
        assert not _opens(door, "/v1/nothing-of-ours")
        assert cluster.roll(roles, at_once=ROLLED_AT_ONCE) == dict.fromkeys(roles, 0)
        client.settle()

    within = {needed for needed in NEEDED if not {needed[0], needed[1]} & ({"outside", "monitoring", "kafka"} | SELDOM)}
    to_the_broker = {needed for needed in NEEDED if needed[1] == "kafka" and needed[0] not in SELDOM | {"kafka"}}
    assert watch.seen == within | to_the_broker
    peers = pods(cluster.manifests)
    assert all(
        lets_through(cluster.manifests, peers[source], peers[target], port) for source, target, port in watch.seen
    )
    assert cluster.stop(roles) == dict.fromkeys(roles, 0)

    _drop_databases(cluster)
    cluster.run_jobs(["databases", "restore", *MIGRATING, "verify"])
    cluster.start(roles)
    client.settle()
    assert _opens(door, "/readyz")
    assert cluster.stop(roles) == dict.fromkeys(roles, 0)


def test_what_prod_starts_is_what_ran() -> None:
    """Only images, replicas, names of jobs, how Kafka is reached and the log name differ."""
    dev, prod = (_started(render(ROOT / "k8s/overlays" / name)) for name in ("dev", "prod"))
    del dev["databases"]

    assert {name.removesuffix("-0-1-0"): started for name, started in prod.items()} == dev


def _started(manifests: list[Manifest]) -> dict[str, Manifest]:
    started = {}
    for manifest in manifests:
        if _is_ours(manifest):
            pod = pod_of(manifest)
            assert pod is not None
            for container in [*pod.get("initContainers", []), *pod["containers"]]:
                container["image"] = OURS
                container["env"] = [given for given in container.get("env", []) if "_KAFKA" not in given["name"]]
            started[manifest["metadata"]["name"]] = pod
    return started


def _is_ours(manifest: Manifest) -> bool:
    pod = pod_of(manifest)
    return pod is not None and pod["containers"][0]["image"].split(":")[0].rsplit("/", 1)[-1] == OURS


def _secrets(manifests: list[Manifest], folder: Path) -> dict[str, dict[str, bytes]]:
    """Return the secrets of the overlay, and those that are made by hand, as the document says."""
    create_master_key_file(folder / "accounts.master.key")
    create_index_key_file(folder / "accounts.index.key")
    create_signer(folder / "ledger.signing.key")
    create_signer(folder / "orders.certificate.key")
    create_key_file(folder / "backup.key")
    given = {
        manifest["metadata"]["name"]: {key: value.encode() for key, value in manifest["stringData"].items()}
        for manifest in manifests
        if manifest["kind"] == "Secret"
    }
    return given | {
        "accounts-keys": {name: (folder / name).read_bytes() for name in ("accounts.master.key", "accounts.index.key")},
        "ledger-keys": {"ledger.signing.key": (folder / "ledger.signing.key").read_bytes()},
        "orders-keys": {
            "door-key": b"door-key-of-the-tests",
            "scan-key": b"scan-key-of-the-tests",
            "orders.certificate.key": (folder / "orders.certificate.key").read_bytes(),
        },
        "web-keys": {"web.secret": b"w" * 64},
        "backup-keys": {"backup.key": (folder / "backup.key").read_bytes()},
    }


def _clock(folder: Path) -> dict[str, str]:
    """Return the variables that let processes take their time from a file, and have built-in staff."""
    place = folder / "clock"
    ManualClock(place).set(FIRST_INSTANT)
    place.chmod(0o666)
    (folder / "python").mkdir()
    (folder / "python" / "sitecustomize.py").write_text(CLOCK.format(path=str(place)))
    return {"PYTHONPATH": f"{folder / 'python'}:{ROOT}", "ACCOUNTS_DEMO": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _traveller(cluster: Cluster) -> Traveller:
    clock = ManualClock(cluster.folder / "clock")
    due, flows = [], []
    for name in SERVICES:
        program = program_of(name)
        variables = cluster.variables(f"{name}-api")
        parts = program.compose(environment.read(name, program.settings, variables), clock=clock)
        due.append(DuePart(name, parts.database, parts.next_due, parts.run_due))
        sources = parts.sources or [OutboxSource()]
        flows.append(Flow(name, parts.database, sources, list(parts.consumers.topics), parts.under_way))
    return Traveller(clock, due, Settling(flows), lock=cluster.folder / "clock.lock", wake=lambda: None)


def _drop_databases(cluster: Cluster) -> None:
    """Lose everything but Kafka and the volumes."""
    superuser = f"postgresql://{cluster.addresses['postgres:only-for-development@postgres:5432']}/postgres"
    with psycopg.connect(superuser, autocommit=True) as connection:
        for name in SERVICES:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _targets(cluster: Cluster) -> dict[int, tuple[str, int]]:
    """Return whose each local port is, and which port it stands for."""

    def port_of(address: str) -> int:
        return int(cluster.addresses[address].rsplit(":", 1)[1])

    ours = {port: (name, given) for name, pod in cluster.pods.items() for given, port in pod.ports.items()}
    return ours | {
        port_of("postgres:5432"): ("postgres", 5432),
        port_of("kafka:9092"): ("kafka", 9092),
        port_of("http://front-door"): ("front-door", 8080),
    }


def _opens(url: str, path: str) -> bool:
    return urllib3.request("GET", url + path, timeout=30, redirect=False).status < 400
