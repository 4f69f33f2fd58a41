"""The connections of all processes together stay below what the server has, also in the middle of a roll-out."""

from __future__ import annotations

import re

from libs.http.server import ServerSettings
from libs.roles import RoleSettings
from tests.architecture import compose, connections
from tests.architecture.manifests import pod_of, render
from tests.architecture.tree import ROOT


def test_what_compose_starts_fits_its_server() -> None:
    command = compose.load(ROOT / "docker" / "compose.yaml")["services"]["postgres"]["command"]

    assert connections.of_compose() <= _max_connections(command) - connections.SERVER_RESERVES


def test_what_dev_starts_fits_its_server() -> None:
    pods = (pod_of(one) for one in render(ROOT / "k8s/overlays/dev") if one["metadata"]["name"] == "postgres")
    command = next(pod["containers"][0]["args"] for pod in pods if pod)

    assert connections.of_overlay("k8s/overlays/dev") <= _max_connections(command) - connections.SERVER_RESERVES


def test_what_prod_needs_is_what_the_document_says() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8").replace("\n", " ")
    needed = re.search(r"`prod` as it is needs (\d+)", text)

    assert needed is not None
    assert connections.of_overlay("k8s/overlays/prod") <= int(needed[1]) - connections.SERVER_RESERVES


def test_the_figures_that_nobody_sets_are_those_of_the_settings() -> None:
    assert (ServerSettings.api_workers, RoleSettings.pool_max) == (connections.WORKERS, connections.POOL)


def _max_connections(command: list[str]) -> int:
    (setting,) = (part for part in command if part.startswith("max_connections="))
    return int(setting.partition("=")[2])
