"""The platform in one place tells all its processes as one, and remembers what it told when it is started anew."""

from __future__ import annotations

import json
import os
import re
import signal
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.architecture.tree import ROOT
from tests.e2e.platform import Started, run, started
from tests.monitoring import generate
from tests.monitoring.alarms import rules
from tests.monitoring.promql import Expression

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
REQUESTS = 60
PATH = "/v1/supply"
MANUAL = (ROOT / "docs" / "alarms.md").read_text("utf-8")
OF_PROMETHEUS = {"up"}
OF_BACKUPS = {"backup_done_timestamp_seconds"}
"""Told once a backup was made: tests/e2e/test_restore.py looks."""
OF_CERTIFICATES = {"certificate_expires_timestamp_seconds"}
"""Told where a certificate is configured: libs/metrics/tests/test_certificates.py looks."""


@pytest.fixture(scope="module")
def platform(lasting_place: Path) -> Iterator[Started]:
    """A platform without people, whose last comparison was made in an earlier life."""
    with started(lasting_place / "data", "--no-demo") as first:
        first.stop()
    kept = {"night": "2099-01-01", "done_at": "2099-01-01T03:00:00+08:00", "differences": ["one", "two"]}
    (lasting_place / "data" / "run" / "reconciliation.json").write_text(json.dumps(kept))
    with started(lasting_place / "data", "--no-demo") as platform:
        platform.await_that(lambda: "figures_read_timestamp_seconds" in measured(platform))
        yield platform


def measured(platform: Started) -> dict[str, Metric]:
    """Return what /metrics tells, by name."""
    running = json.loads((platform.folder / "run" / "platform.json").read_text())
    with urllib.request.urlopen(f"{running['inside_url']}/metrics", timeout=20) as answer:
        return {metric.name: metric for metric in text_string_to_metric_families(answer.read().decode())}


def value(platform: Started, name: str, **labels: str) -> float:
    """Return the sum of what a metric tells with some labels."""
    family = measured(platform).get(name)
    samples = [sample for sample in family.samples if sample.name in (name, f"{name}_total")] if family else []
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


def ask(platform: Started) -> int:
    """Ask the API once; return the status."""
    with urllib.request.urlopen(f"http://127.0.0.1:{platform.port}{PATH}", timeout=60) as answer:
        return int(answer.status)


def test_requests_are_counted_exactly_whichever_process_answers(platform: Started) -> None:
    before = value(platform, "http_requests", route=PATH)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: ask(platform), range(REQUESTS))) == {200}

    assert {value(platform, "http_requests", route=PATH) for _ in range(6)} == {before + REQUESTS}


def test_a_killed_api_takes_no_count_away(platform: Started) -> None:
    before = value(platform, "http_requests", route=PATH)
    was = platform.pids()["api"]
    workers = Path(f"/proc/{was}/task/{was}/children").read_text().split()
    os.kill(was, signal.SIGKILL)
    platform.await_that(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    platform.await_that(lambda: platform.pids()["api"] != was and platform.readiness()[0] == 200)

    assert value(platform, "http_requests", route=PATH) == before
    ask(platform)
    assert value(platform, "http_requests", route=PATH) == before + 1


def test_every_role_is_told_on_the_one_port(platform: Started) -> None:
    for name in ("accounts", "orders", "ledger", "redemption"):
        assert value(platform, "consumer_lag_events", group=name) >= 0
        assert value(platform, "relay_is_leader", relay=name) == 1
        assert value(platform, "outbox_length_events", service=name) >= 0
    assert value(platform, "ready") == 1
    assert value(platform, "ledger_unsealed_entries") >= 0
    assert value(platform, "disk_free_bytes", folder="data") > 0


def test_a_platform_that_was_started_anew_still_tells_its_last_comparison(platform: Started) -> None:
    assert value(platform, "reconciliation_differences") == 2
    assert value(platform, "reconciliation_done_timestamp_seconds") == 4070890800


def test_no_label_names_a_person_or_a_path(platform: Started) -> None:
    labels = {
        (name, label)
        for metric in measured(platform).values()
        for sample in metric.samples
        for name, label in sample.labels.items()
    }

    assert {name for name, _ in labels} <= {
        *("service", "method", "route", "status", "status_class", "le", "group", "relay", "state", "queue", "kind"),
        *("folder", "version", "implementation", "major", "minor", "patchlevel"),
    }
    assert not [label for _, label in labels if len(label) == 36 and label.count("-") == 4]
    assert len(labels) < 1000


def test_every_metric_of_an_alarm_or_a_dashboard_is_told(platform: Started) -> None:
    """A dashboard of what no process tells is empty for ever; an alarm on it is never told."""
    expressions = [rule.expression for rule in rules()] + [Expression(text) for text in generate.expressions()]
    wanted = (
        {name for expression in expressions for name in expression.names} - OF_PROMETHEUS - OF_BACKUPS - OF_CERTIFICATES
    )

    names = {sample.name for metric in measured(platform).values() for sample in metric.samples}

    assert wanted - names == set()
    assert len(wanted) > 25


def test_every_label_that_an_alarm_names_is_told(platform: Started) -> None:
    by_name: dict[str, set[str]] = {}
    for metric in measured(platform).values():
        for sample in metric.samples:
            by_name.setdefault(sample.name, set()).update(sample.labels)
    for rule in rules():
        if OF_CERTIFICATES & set(rule.expression.names):
            continue
        labels = set().union(*(by_name.get(name, set()) for name in rule.expression.names))
        named = set(re.findall(r"\$labels\.(\w+)", rule.annotations["summary"]))
        assert named <= labels | {"instance"}, rule.name


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^timebank (.+)$", MANUAL, re.MULTILINE))))
def test_every_command_of_the_manual_runs(platform: Started, command: str) -> None:
    done = run("services.operator", "--data", str(platform.folder), *command.split(), seconds=300)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout
