"""Image, compose files and manifests start what exists, with the variables that it reads, and nothing runs as root."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture import compose
from tests.architecture.deployment import OURS, SERVICES, Started, program_of, roles_of, settings_of, started
from tests.architecture.manifests import KUSTOMIZATIONS, NoTargetError, UnknownFieldError, pod_of, render, template_of
from tests.architecture.tree import ROOT

STARTED = started()
PODS = [
    pytest.param(manifest, pod, id=f"{overlay} {manifest['metadata']['name']}")
    for overlay in KUSTOMIZATIONS
    for manifest in render(ROOT / overlay)
    if (pod := pod_of(manifest))
]


@pytest.mark.parametrize("process", STARTED, ids=lambda process: process.where)
def test_every_command_exists(process: Started) -> None:
    module, *role = process.command

    assert importlib.util.find_spec(module)
    assert not role or role[0] in roles_of(module.removeprefix("services."))


@pytest.mark.parametrize("process", STARTED, ids=lambda process: process.where)
def test_every_variable_is_read_and_none_that_is_needed_is_missing(process: Started) -> None:
    prefix, settings = settings_of(process.command)
    known = {f"{prefix}_{field.name}".upper(): field for field in dataclasses.fields(settings)}
    needed = {name for name, field in known.items() if _is_needed(field)}
    of_migrate = {name for name in process.variables if process.command[1:] == ("migrate",)}

    assert needed - process.variables == set()
    assert process.variables - known.keys() - of_migrate == set()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("place", ["compose", *KUSTOMIZATIONS])
def test_every_role_of_every_service_is_started_everywhere(service: str, place: str) -> None:
    program = program_of(service)
    roles = {"api", "consumer", "relay", "migrate", *program.background}

    here = {
        process.command[1]
        for process in STARTED
        if process.where.startswith(place) and process.command[0] == f"services.{service}"
    }

    assert here == roles
    assert roles <= set(program.group().commands)


@pytest.mark.parametrize("place", ["compose", *KUSTOMIZATIONS])
def test_the_pages_and_the_nightly_comparison_are_started_everywhere(place: str) -> None:
    here = {process.command for process in STARTED if process.where.startswith(place)}

    assert {("services.web", "pages"), ("services.operator", "nightly")} <= here


@pytest.mark.parametrize("overlay", KUSTOMIZATIONS)
def test_what_the_backup_writes_down_is_what_is_told_of_it(overlay: str) -> None:
    """Otherwise nobody is told that there is no backup any more, or everybody for ever that there is none."""
    files = []
    pods = {manifest["metadata"]["name"]: pod_of(manifest) for manifest in render(ROOT / overlay)}
    for name in ("backup", "nightly"):
        pod = pods[name]
        assert pod is not None
        (container,) = pod["containers"]
        (file,) = (given["value"] for given in container["env"] if given["name"] == "OPERATOR_BACKUP_FILE")
        (mount,) = (given for given in container["volumeMounts"] if file.startswith(f"{given['mountPath']}/"))
        (volume,) = (given for given in pod["volumes"] if given["name"] == mount["name"])
        files.append((volume["persistentVolumeClaim"]["claimName"], file.removeprefix(mount["mountPath"])))
        assert not mount.get("readOnly") or name == "nightly"

    assert files[0] == files[1]


def test_the_desk_of_compose_writes_down_its_backups_where_they_are_told_of() -> None:
    services = compose.load(ROOT / "docker" / "compose.yaml")["services"]
    files = []
    for name in ("desk", "nightly"):
        file = services[name]["environment"]["OPERATOR_BACKUP_FILE"]
        files += [
            (volume, file.removeprefix(place))
            for volume, _, place in (mounted.partition(":") for mounted in services[name]["volumes"])
            if file.startswith(f"{place}/")
        ]

    assert files[0] == files[1]
    assert services["desk"]["profiles"], "it starts by hand only"


def test_the_pages_have_one_replica_for_their_sessions_are_in_one_file() -> None:
    for overlay in KUSTOMIZATIONS:
        pages = next(manifest for manifest in render(ROOT / overlay) if manifest["metadata"]["name"] == "web")

        assert (pages["spec"]["replicas"], pages["spec"]["strategy"]) == (1, {"type": "Recreate"})


@pytest.mark.parametrize(("manifest", "pod"), PODS)
def test_no_pod_runs_as_root_or_gains_rights(manifest: dict[str, Any], pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        assert container["securityContext"].get("readOnlyRootFilesystem") or not container["image"].startswith(OURS)
    for container in pod["containers"]:
        assert manifest["kind"] in {"Job", "CronJob"} or {"livenessProbe", "readinessProbe"} <= container.keys()


def test_what_a_manifest_refers_to_is_there() -> None:
    for overlay in KUSTOMIZATIONS:
        manifests = render(ROOT / overlay)
        names = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests}
        for pod in filter(None, map(pod_of, manifests)):
            claims = [volume["persistentVolumeClaim"]["claimName"] for volume in _volumes(pod, "persistentVolumeClaim")]
            maps = [volume["configMap"]["name"] for volume in _volumes(pod, "configMap")]
            declared = {volume["name"] for volume in pod.get("volumes", [])}
            containers = [*pod.get("initContainers", []), *pod["containers"]]
            mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts", [])}

            assert {("PersistentVolumeClaim", name) for name in claims} <= names
            assert {("ConfigMap", name) for name in maps} <= names
            assert mounted == declared


REPLICATED = sorted(
    {
        manifest["metadata"]["name"]
        for overlay in KUSTOMIZATIONS
        for manifest in render(ROOT / overlay)
        if manifest["spec" if "spec" in manifest else "metadata"].get("replicas", 1) > 1
    }
)


@pytest.mark.parametrize("name", REPLICATED)
def test_replicas_are_spread_and_leave_one_at_a_time(name: str) -> None:
    manifests = render(ROOT / "k8s/overlays/prod")
    (owner,) = (manifest for manifest in manifests if manifest["metadata"]["name"] == name and pod_of(manifest))
    labels = owner["spec"]["selector"]
    budgets = [
        manifest["spec"]
        for manifest in manifests
        if manifest["kind"] == "PodDisruptionBudget" and manifest["spec"]["selector"] == labels
    ]
    spread = [manifest["labelSelector"] for manifest in owner["spec"]["template"]["spec"]["topologySpreadConstraints"]]

    assert budgets == [{"maxUnavailable": 1, "selector": labels}]
    assert spread == [labels]


@pytest.mark.parametrize("overlay", KUSTOMIZATIONS)
def test_a_consumer_keeps_its_name_when_it_comes_back(overlay: str) -> None:
    """Its group knows it by the name of its pod, which only a stateful set gives again."""
    manifests = render(ROOT / overlay)
    services = {
        manifest["metadata"]["name"]
        for manifest in manifests
        if manifest["kind"] == "Service" and manifest["spec"].get("clusterIP")
    }
    consumers = [
        manifest for manifest in manifests if manifest["metadata"]["name"].endswith("-consumer") and pod_of(manifest)
    ]

    assert len(consumers) == len(SERVICES)
    for manifest in consumers:
        (container,) = manifest["spec"]["template"]["spec"]["containers"]
        members = [variable for variable in container["env"] if variable["name"].endswith("_MEMBER")]
        assert manifest["kind"] == "StatefulSet"
        assert manifest["spec"]["serviceName"] in services
        assert [member["valueFrom"] for member in members] == [{"fieldRef": {"fieldPath": "metadata.name"}}]


def test_what_serves_requests_waits_until_nobody_sends_any_before_it_stops() -> None:
    for manifest in render(ROOT / "k8s/overlays/prod"):
        pod = pod_of(manifest)
        labels = (template_of(manifest) or {})["metadata"]["labels"] if pod else {}
        if pod and labels["role"] in {"api", "pages", "proxy"}:
            (container,) = pod["containers"]
            assert container["lifecycle"]["preStop"]["sleep"]["seconds"] >= 5


def test_a_release_migrates_by_jobs_of_its_own_and_once() -> None:
    """A job cannot be changed: under the same name the next release would be refused, or never run."""
    manifests = render(ROOT / "k8s/overlays/prod")
    jobs = [manifest for manifest in manifests if manifest["kind"] == "Job"]
    tags = {job["spec"]["template"]["spec"]["containers"][0]["image"].split(":")[1].replace(".", "-") for job in jobs}

    assert len(tags) == 1
    assert {job["metadata"]["name"] for job in jobs} == {f"{name}-migrate-{tag}" for name in SERVICES for tag in tags}
    assert render(ROOT / "k8s/overlays/prod") == manifests


def test_the_renderer_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: []\ngenerators: [x]\n")
    with pytest.raises(UnknownFieldError):
        render(tmp_path)

    (tmp_path / "kustomization.yaml").write_text("resources: []\nreplicas: [{name: nobody, count: 1}]\n")
    with pytest.raises(NoTargetError):
        render(tmp_path)

    (tmp_path / "kustomization.yaml").write_text("resources: [map.yaml]\nnameSuffix: -1\n")
    (tmp_path / "map.yaml").write_text("{kind: ConfigMap, metadata: {name: settings}}\n")
    with pytest.raises(UnknownFieldError):
        render(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"image": "timebank:dev", "privileged": True}, "privileged"),
        ({"image": "timebank:dev", "depends_on": {"nobody": {"condition": "service_started"}}}, "nobody"),
        ({"image": "timebank:dev", "volumes": ["notes:/notes"]}, "notes"),
        ({"image": "timebank:dev", "volumes": ["./nowhere:/notes"]}, "nowhere"),
        ({"image": "timebank:dev", "networks": {"elsewhere": {"ipv4_address": "172.30.77.2"}}}, "elsewhere"),
        ({"image": "timebank:dev", "networks": {"default": {"ipv4_address": "anywhere"}}}, "anywhere"),
        ({"image": "timebank"}, "timebank"),
    ],
)
def test_a_wrong_compose_file_is_found(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    found = compose.problems({"name": "planted", "services": {"one": wrong}}, tmp_path)

    assert len(found) == 1
    assert said in found[0]


def test_the_image_is_built_from_what_is_there() -> None:
    text = (ROOT / "docker" / "Dockerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)

    assert copied
    assert all((ROOT / source).exists() for source in copied)
    assert re.search(r"^USER (?!0\b)\d+", text, re.MULTILINE)
    assert 'ENTRYPOINT ["python", "-m"]' in text


def test_the_image_is_without_the_servers_that_only_make_run_starts() -> None:
    """And every role starts without them."""
    embedded = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"][
        "embedded"
    ]
    names = [re.split(r"[>=]", name)[0] for name in embedded]
    modules = [name.replace("-", "_") for name in names]
    blocked = "".join(f"sys.modules[{module!r}] = None\n" for module in modules)
    started = sorted({process.command[0] for process in STARTED})
    imports = "".join(f"importlib.import_module({name!r})\n" for name in started)
    imports += "".join(f"importlib.import_module({name + '.__main__'!r})\n" for name in started if name[:4] != "libs")

    program = f"import importlib, sys\n{blocked}{imports}"
    assert f"pip uninstall --yes {' '.join(names)}\n" in (ROOT / "docker" / "Dockerfile").read_text("utf-8")
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_front_door_of_the_cluster_is_that_of_compose() -> None:
    documents = yaml.safe_load_all((ROOT / "k8s" / "base" / "front-door.yaml").read_text("utf-8"))
    inside = next(
        document["data"]["default.conf.template"] for document in documents if document["kind"] == "ConfigMap"
    )

    assert inside == (ROOT / "docker" / "nginx.conf").read_text("utf-8")


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _volumes(pod: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [volume for volume in pod.get("volumes", []) if kind in volume]
