"""The nightly backup as the manifests give it: it copies all databases, and who watches is told when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from libs.clock import machine_now
from libs.sealed_files import create_key_file
from tests.architecture.deployment import SERVICES
from tests.architecture.manifests import render
from tests.architecture.tree import ROOT
from tests.distributed.cluster import Cluster, until
from tests.distributed.test_gateway_of_manifests import folder
from tests.support.postgres import FreshDatabase

__all__ = ["folder"]
DONE = re.compile(r'^backup_done_timestamp_seconds\{kind="whole"\} (\S+)$', re.MULTILINE)


@pytest.fixture
def cluster(folder: Path, fresh_database: FreshDatabase) -> Iterator[Cluster]:
    """What the overlay says of the operator's roles, on databases of ours."""
    create_key_file(folder / "backup.key")
    readers = {f"{name}-database": {"reader-url": fresh_database(name).reader.encode()} for name in SERVICES}
    secrets = readers | {"backup-keys": {"backup.key": (folder / "backup.key").read_bytes()}}
    made = Cluster(render(ROOT / "k8s/overlays/dev"), folder, {}, secrets, {"PYTHONDONTWRITEBYTECODE": "1"})
    yield made
    made.close()


def test_the_backup_is_made_and_nightly_tells_when(cluster: Cluster, folder: Path) -> None:
    began = int(machine_now().timestamp())
    cluster.run_jobs(["backup"])
    cluster.add(["nightly"])
    cluster.start(["nightly"])
    metrics = f"{cluster.pods['nightly'].url('http')}/metrics"

    until(lambda: bool(DONE.search(urllib3.request("GET", metrics, timeout=10).data.decode())), "when it was done")

    done = DONE.search(urllib3.request("GET", metrics, timeout=10).data.decode())
    assert done is not None
    assert began <= float(done[1]) <= machine_now().timestamp()
    assert len(list((folder / "volumes" / "backups" / "copies").glob("apart-*"))) == 1
