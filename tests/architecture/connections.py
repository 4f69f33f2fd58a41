"""How many database connections what a place starts may open at once, in the middle of a roll-out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.architecture import compose
from tests.architecture.manifests import Manifest, pod_of, render
from tests.architecture.tree import ROOT

WORKERS, POOL = 2, 16
"""What a process has that is told nothing else (libs/roles.py, libs/http/server.py)."""
BESIDES = {("ledger", "api"): WORKERS, ("ledger", "sealer"): 2}
"""The poster of each worker; the sealer's own pool."""
OTHERS = {"nightly": 4, "migrate": 1, "create": 1, "pages": 0, "verify": 3, "backup": 4, "restore": 12}
SERVER_RESERVES = 3


def of_overlay(overlay: str) -> int:
    """Return the most that an overlay's processes open, each workload with one more pod where a roll-out adds one."""
    manifests = render(ROOT / overlay)
    settings = {one["metadata"]["name"]: one["data"] for one in manifests if one["kind"] == "ConfigMap"}
    return sum(_pods_of(manifest) * _of_pod(manifest, settings) for manifest in manifests if _is_ours(manifest))


def of_compose() -> int:
    """Return the most that the processes of compose open."""
    services = compose.load(ROOT / "docker" / "compose.yaml")["services"].values()
    ours = [service for service in services if service["image"].startswith("timebank:")]
    return sum(_of(tuple(service["command"]), service["environment"]) for service in ours)


def _is_ours(manifest: Manifest) -> bool:
    pod = pod_of(manifest)
    return pod is not None and "timebank" in pod["containers"][0]["image"]


def _pods_of(manifest: Manifest) -> int:
    surge = manifest["spec"].get("strategy", {}).get("rollingUpdate", {}).get("maxSurge", 0)
    return int(manifest["spec"].get("replicas", 1)) + int(surge)


def _of_pod(manifest: Manifest, settings: Mapping[str, Mapping[str, str]]) -> int:
    (container,) = (pod_of(manifest) or {})["containers"]
    return _of(tuple(container["args"]), dict(_variables(container, settings)))


def _variables(container: Manifest, settings: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for source in container.get("envFrom", []):
        yield from settings[source["configMapRef"]["name"]].items()
    yield from ((variable["name"], variable.get("value", "")) for variable in container.get("env", []))


def _of(command: tuple[str, ...], variables: Mapping[str, str]) -> int:
    role = command[1] if len(command) > 1 else "create"
    if role in OTHERS:
        return OTHERS[role]
    service = command[0].removeprefix("services.")
    pool = int(variables.get(f"{service.upper()}_POOL_MAX", POOL))
    workers = int(variables.get(f"{service.upper()}_API_WORKERS", WORKERS)) if role == "api" else 1
    return pool * workers + BESIDES.get((service, role), 0)
