"""Pytest fixtures with real Apache Kafka: one node per session, on loopback, stopped with it.

Where Kafka cannot be fetched these tests are skipped, and the run's last lines say so; with CI=true that is a failure.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import pytest

from libs.bus.kafka_server import KafkaCluster, KafkaUnavailableError, class_path

ROOT = pathlib.Path(__file__).resolve().parents[2]
JARS = ROOT / "var" / "kafka" / "jars"
DELIVERY_SECONDS = 60.0
"""For tests of anything but a broker that is away: on a machine shared with others a batch may take long."""
SKIPPED = "Kafka could not be fetched: its tests did not run"


def fetch_kafka() -> pathlib.Path:
    """Return where Kafka's jars are, fetched if need be, or skip the test that needs them."""
    JARS.mkdir(parents=True, exist_ok=True)
    try:
        class_path(JARS)
    except KafkaUnavailableError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"{SKIPPED}: {error}")
    return JARS


def start_cluster(folder: pathlib.Path, *, size: int = 1, heap_megabytes: int = 384) -> KafkaCluster:
    """Start a cluster in a folder, or skip the test that needs it."""
    cluster = KafkaCluster(folder, size=size, jars=fetch_kafka(), heap_megabytes=heap_megabytes)
    cluster.start_all()
    return cluster


@pytest.fixture(scope="session")
def kafka_cluster() -> Iterator[KafkaCluster]:
    """One node for the session."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="timebank-kafka-"))
    cluster = start_cluster(folder)
    yield cluster
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines that Kafka was missing."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if SKIPPED in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests were skipped. {SKIPPED}.", red=True)
