"""What the compose files and the manifests start: which command, with which variables."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Collection, Iterator
from typing import Any

from libs.db.create import CreateSettings
from libs.roles import MigrateSettings, ServiceProgram
from services.operator.commands import main as operator
from services.operator.nightly_role import NightlySettings
from services.operator.platform import DeskSettings
from services.web.__main__ import main as web
from services.web.settings import Settings as WebSettings
from tests.architecture import compose
from tests.architecture.manifests import KUSTOMIZATIONS, Manifest, pod_of, render
from tests.architecture.tree import ROOT

SERVICES = ("accounts", "orders", "ledger", "redemption")
OURS = "timebank"


@dataclasses.dataclass(frozen=True)
class Started:
    """One process of ours that a file starts."""

    where: str
    command: tuple[str, ...]
    variables: frozenset[str]


def program_of(service: str) -> ServiceProgram[Any]:
    """Return a service as a program."""
    program = importlib.import_module(f"services.{service}.bootstrap").PROGRAM
    assert isinstance(program, ServiceProgram)
    return program


def roles_of(service: str) -> Collection[str]:
    """Return the roles a service, or the operator's command, can be started as."""
    groups = {"operator": operator, "web": web}
    return (groups.get(service) or program_of(service).group()).commands


def started() -> list[Started]:
    """Return every process of ours that any file starts."""
    return [*_by_compose(), *_by_manifests()]


def settings_of(command: tuple[str, ...]) -> tuple[str, type]:
    """Return the prefix of the variables of a command, and the dataclass that reads them."""
    if command == ("libs.db.create",):
        return "CREATE", CreateSettings
    if command == ("services.operator", "nightly"):
        return "OPERATOR", NightlySettings
    if command[0] == "services.operator":
        return "OPERATOR", DeskSettings
    if command == ("services.web", "pages"):
        return "WEB", WebSettings
    service = command[0].removeprefix("services.")
    return service.upper(), MigrateSettings if command[1] == "migrate" else program_of(service).settings


def _by_compose() -> Iterator[Started]:
    document = compose.load(ROOT / "docker" / "compose.yaml")
    for name, service in document["services"].items():
        if service["image"].split(":")[0] == OURS:
            yield Started(f"compose {name}", tuple(service["command"]), frozenset(service["environment"]))


def _by_manifests() -> Iterator[Started]:
    for overlay in KUSTOMIZATIONS:
        manifests = render(ROOT / overlay)
        maps = {
            manifest["metadata"]["name"]: manifest["data"] for manifest in manifests if manifest["kind"] == "ConfigMap"
        }
        for manifest in manifests:
            for container in (pod_of(manifest) or {"containers": []})["containers"]:
                if container["image"].split(":")[0].rsplit("/", 1)[-1] == OURS:
                    where = f"{overlay} {manifest['metadata']['name']}"
                    yield Started(where, tuple(container["args"]), frozenset(_variables(container, maps)))


def _variables(container: Manifest, maps: dict[str, dict[str, str]]) -> Iterator[str]:
    yield from (variable["name"] for variable in container.get("env", []))
    for source in container.get("envFrom", []):
        yield from maps[source["configMapRef"]["name"]]
