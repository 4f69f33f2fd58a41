"""Runs what an overlay starts as processes of this machine, exactly as given but for addresses and places.

A pod's command, variables, files and their modes, probes and time to stop are those of its manifest. What differs is
said here: `postgres:5432`, `kafka:9092` and services are addresses of the loopback, a mounted folder is ours, and
`more` adds variables. As root, pods run as their own user, who can write only what is mounted for it, if that user can
reach this Python.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import urllib3

from libs.clock import monotonic
from libs.db.embedded import free_port
from tests.architecture.deployment import OURS
from tests.architecture.manifests import Manifest, pod_of
from tests.architecture.tree import ROOT

READY_SECONDS_MAX = 120.0
LOOK_SECONDS = 0.1


@dataclass
class Pod:
    """One pod of a workload, and its process while it runs."""

    name: str
    manifest: Manifest
    ports: Mapping[int, int]
    """Ours, by the container's."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def spec(self) -> Manifest:
        """What the template says of it."""
        spec = pod_of(self.manifest)
        assert spec is not None
        return spec

    @property
    def container(self) -> Manifest:
        """Its one container."""
        (container,) = self.spec["containers"]
        return dict(container)

    def url(self, port: str) -> str:
        """Return where a named port of it is."""
        (number,) = (given["containerPort"] for given in self.container["ports"] if given["name"] == port)
        return f"http://127.0.0.1:{self.ports[number]}"

    def answers(self, probe: str) -> bool:
        """Ask a probe as the manifest writes it."""
        asked = self.container[probe]["httpGet"]
        try:
            url, timeout = self.url(asked["port"]) + asked["path"], self.container[probe].get("timeoutSeconds", 1)
            return urllib3.request("GET", url, timeout=timeout, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            assert self.process is not None
            assert self.process.poll() is None, f"{self.name} ended"
            return False


@dataclass
class Cluster:
    """The processes of one overlay, and the folders that are its volumes."""

    manifests: list[Manifest]
    folder: Path
    addresses: Mapping[str, str]
    """What stands in for hosts and ports that variables name."""
    secrets: Mapping[str, Mapping[str, bytes]]
    more: Mapping[str, str]
    pods: dict[str, Pod] = field(default_factory=dict)
    _proxy: subprocess.Popen[bytes] | None = None

    def run_jobs(self, names: Iterable[str]) -> None:
        """Run jobs one after the other; each must succeed."""
        for name in names:
            pod = Pod(name, self._manifest(name), {})
            done = subprocess.run(**self._told(pod), capture_output=True, check=False)
            assert done.returncode == 0, f"{name}: {done.stderr.decode()[-2000:]}"

    def start_front_door(self, port: int) -> None:
        """Start what stands in for nginx; services that are not there yet are away."""
        hosts = {}
        for name in (manifest["metadata"]["name"] for manifest in self.manifests if manifest["kind"] == "Service"):
            if name in self.pods and "http" in {given["name"] for given in self.pods[name].container["ports"]}:
                hosts[name] = self.pods[name].url("http")
        command = [sys.executable, "-m", "tests.distributed.proxy", str(port)]
        command += [f"{host}={url}" for host, url in hosts.items()]
        self._proxy = subprocess.Popen(command, cwd=ROOT)

    def add(self, names: Iterable[str]) -> None:
        """Choose ports for the pods of workloads."""
        for name in names:
            manifest = self._manifest(name)
            (container,) = manifest["spec"]["template"]["spec"]["containers"]
            self.pods[name] = Pod(name, manifest, {given["containerPort"]: free_port() for given in container["ports"]})

    def start(self, names: Iterable[str]) -> None:
        """Start pods side by side, and wait until each says that it is ready."""
        names = list(names)
        for name in names:
            pod = self.pods[name]
            for given in pod.spec.get("initContainers", []):
                subprocess.run(**self._told(pod, given), check=True)
            with (self.folder / f"{name}.log").open("ab") as log:
                pod.process = subprocess.Popen(**self._told(pod), stdout=log, stderr=log)
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            for name in names:
                until(partial(self.pods[name].answers, probe), f"{name}: {probe}")

    def stop(self, names: Iterable[str]) -> dict[str, int]:
        """End pods by SIGTERM within the time they have; return their exit codes."""
        pods = [self.pods[name] for name in names]
        for pod in pods:
            assert pod.process is not None
            pod.process.send_signal(signal.SIGTERM)
        return {pod.name: _ended(pod) for pod in pods}

    def roll(self, names: Iterable[str], *, at_once: int) -> dict[str, int]:
        """Stop and start pods, some at a time; return their exit codes."""

        def roll(name: str) -> tuple[str, int]:
            (code,) = self.stop([name]).values()
            self.start([name])
            return name, code

        with ThreadPoolExecutor(at_once) as threads:
            return dict(threads.map(roll, names))

    def close(self) -> None:
        """End what still runs."""
        for process in [pod.process for pod in self.pods.values()] + [self._proxy]:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def variables(self, name: str) -> dict[str, str]:
        """Return the variables of a pod."""
        variables: dict[str, str] = self._told(self.pods[name])["env"]
        return variables

    def processes(self) -> dict[str, int]:
        """Return the process of each pod, and of the front door."""
        running = {name: pod.process.pid for name, pod in self.pods.items() if pod.process is not None}
        return running | ({"front-door": self._proxy.pid} if self._proxy else {})

    def _manifest(self, name: str) -> Manifest:
        (manifest,) = (given for given in self.manifests if given["metadata"]["name"] == name and pod_of(given))
        return manifest

    def _told(self, pod: Pod, container: Manifest | None = None) -> dict[str, Any]:
        """Return how to start a container of a pod, the one it is for or an earlier one."""
        container = container or pod.container
        assert container["image"].startswith(OURS)
        places = self._places(pod, container)
        python = [sys.executable, "-m", *(_placed(part, places) for part in container.get("args", []))]
        command = [_placed(part, places) for part in container["command"]] if "command" in container else python
        variables = {
            name: _placed(self._addressed(pod, value), places) for name, value in self._variables(pod, container)
        }
        told = {"args": command, "cwd": ROOT, "env": variables | dict(self.more) | {"PATH": os.environ["PATH"]}}
        return told | _user_of(pod)

    def _variables(self, pod: Pod, container: Manifest) -> Iterable[tuple[str, str]]:
        for source in container.get("envFrom", []):
            (settings,) = (
                manifest["data"]
                for manifest in self.manifests
                if (manifest["kind"], manifest["metadata"]["name"]) == ("ConfigMap", source["configMapRef"]["name"])
            )
            yield from settings.items()
        for variable in container.get("env", []):
            given = variable.get("valueFrom", {})
            if "secretKeyRef" in given:
                if self._is_there(given["secretKeyRef"]):
                    yield variable["name"], self._secret(given["secretKeyRef"])
            elif "fieldRef" in given:
                assert given == {"fieldRef": {"fieldPath": "metadata.name"}}
                yield variable["name"], f"{pod.name}-0"
            else:
                yield variable["name"], variable["value"]

    def _is_there(self, reference: Mapping[str, Any]) -> bool:
        """Tell whether a secret is there; only one that is optional may be away."""
        return not reference.get("optional") or reference["name"] in self.secrets

    def _secret(self, reference: Mapping[str, str]) -> str:
        return self.secrets[reference["name"]][reference["key"]].decode()

    def _addressed(self, pod: Pod, value: str) -> str:
        if value.isdigit() and int(value) in pod.ports:
            return str(pod.ports[int(value)])
        if value == "0.0.0.0":
            return "127.0.0.1"
        for given, ours in self.addresses.items():
            value = value.replace(given, ours)
        return value

    def _places(self, pod: Pod, container: Manifest) -> dict[str, Path]:
        volumes = {volume["name"]: volume for volume in pod.spec.get("volumes", [])}
        return {
            mount["mountPath"]: self._folder(pod, volumes[mount["name"]]) for mount in container.get("volumeMounts", [])
        }

    def _folder(self, pod: Pod, volume: Manifest) -> Path:
        """Return the folder of a volume: a claim is shared, an empty one is the pod's own, a secret has its files."""
        name = volume["persistentVolumeClaim"]["claimName"] if "persistentVolumeClaim" in volume else ""
        place = self.folder / "volumes" / (name or f"{pod.name}-{volume['name']}")
        if not place.exists():
            place.mkdir(parents=True)
            _give(place, pod, 0o2770)
        for file, content, mode in self._files(volume):
            (place / file).unlink(missing_ok=True)
            (place / file).write_bytes(content)
            # As a mounted secret has it: not the pod's own, readable by its group.
            _give(place / file, pod, mode | 0o440, owner=0)
        return place

    def _files(self, volume: Manifest) -> Iterator[tuple[str, bytes, int]]:
        """Yield the files of the secrets that a volume shows; a secret that is optional may be away."""
        if "secret" in volume:
            secret = volume["secret"]
            given = self.secrets.get(secret["secretName"], {})
            assert given or secret.get("optional"), secret
            for file, content in given.items():
                yield file, content, secret.get("defaultMode", 0o644)
        for source in volume.get("projected", {"sources": []})["sources"]:
            assert source["secret"]["optional"]
            secret = self.secrets.get(source["secret"]["name"], {})
            for shown in source["secret"]["items"]:
                if shown["key"] in secret:
                    yield shown["path"], secret[shown["key"]], volume["projected"]["defaultMode"]


def until(is_so: Callable[[], bool], words: str, *, seconds: float = READY_SECONDS_MAX) -> None:
    """Wait until something is so."""
    end = monotonic() + seconds
    while not is_so():
        assert monotonic() < end, f"waited in vain: {words}"
        signal.sigtimedwait([], LOOK_SECONDS)


def _ended(pod: Pod) -> int:
    assert pod.process is not None
    return pod.process.wait(pod.spec.get("terminationGracePeriodSeconds", 30))


def _placed(value: str, places: Mapping[str, Path]) -> str:
    if value.startswith("--") and "=" in value:
        option, _, path = value.partition("=")
        return f"{option}={_placed(path, places)}"
    for mounted, place in places.items():
        if value == mounted or value.startswith(f"{mounted}/"):
            return f"{place}{value[len(mounted) :]}"
    return value


@cache
def _is_possible(user: int, group: int) -> bool:
    """Tell whether we may start this Python and our code as another user."""
    if os.geteuid() != 0:
        return False
    try:
        command = [sys.executable, "-c", "import libs.roles"]
        return (
            subprocess.run(command, cwd=ROOT, user=user, group=group, extra_groups=[group], check=False).returncode == 0
        )
    except OSError:
        return False


def _user_of(pod: Pod) -> dict[str, Any]:
    security = pod.spec["securityContext"]
    if not _is_possible(security["runAsUser"], security["runAsGroup"]):
        return {}
    return {"user": security["runAsUser"], "group": security["runAsGroup"], "extra_groups": [security["fsGroup"]]}


def _give(place: Path, pod: Pod, mode: int, *, owner: int | None = None) -> None:
    security = pod.spec["securityContext"]
    if _is_possible(security["runAsUser"], security["runAsGroup"]):
        os.chown(place, security["runAsUser"] if owner is None else owner, security["fsGroup"])
    else:
        mode = 0o600 if place.is_file() else 0o700
    place.chmod(mode)
