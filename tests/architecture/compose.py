"""Check the compose files: their shape by a schema of what we use, and that every name they refer to exists."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from tests.architecture.tree import ROOT

FILES = ("docker/compose.yaml", "docker/compose.dev.yaml", "docker/compose.monitoring.yaml")
SCHEMA = ROOT / "tests" / "architecture" / "compose.schema.yaml"


def load(path: Path) -> dict[str, Any]:
    """Return a compose file with its anchors resolved."""
    document = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def problems(document: dict[str, Any], folder: Path) -> list[str]:
    """Return what is wrong with a compose file that lies in `folder`."""
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    shape = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in jsonschema.Draft202012Validator(schema).iter_errors(document)
    ]
    return shape or [*_dangling(document), *_missing_files(document, folder)]


def _dangling(document: dict[str, Any]) -> list[str]:
    services = document["services"]
    found = [
        f"{name} depends on {other}, which is not there"
        for name, service in services.items()
        for other in service.get("depends_on", {})
        if other not in services
    ]
    found += [
        f"{name} waits for {other} to be healthy, which has no healthcheck"
        for name, service in services.items()
        for other, wish in service.get("depends_on", {}).items()
        if wish["condition"] == "service_healthy" and "healthcheck" not in services.get(other, {})
    ]
    found += [
        f"{name} is on the network {network}, which is not declared"
        for name, service in services.items()
        for network in service.get("networks", {})
        if network not in document.get("networks", {})
    ]
    return found + [
        f"{name} uses the volume {source}, which is not declared"
        for name, service in services.items()
        for source in (volume.split(":")[0] for volume in service.get("volumes", []))
        if not source.startswith(".") and source not in document.get("volumes", {})
    ]


def _missing_files(document: dict[str, Any], folder: Path) -> list[str]:
    mounted = [
        (name, volume.split(":")[0])
        for name, service in document["services"].items()
        for volume in service.get("volumes", [])
        if volume.startswith(".")
    ]
    return [f"{name} mounts {source}, which is not there" for name, source in mounted if not (folder / source).exists()]


def main() -> int:
    """Check both files; return 0 when nothing is wrong."""
    wrong = [f"{name}: {problem}" for name in FILES for problem in problems(load(ROOT / name), (ROOT / name).parent)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
