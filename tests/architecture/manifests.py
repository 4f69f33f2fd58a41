"""Render our kustomizations and check every manifest against the schemas of Kubernetes, strictly.

Knows exactly the fields that our kustomizations use, and refuses any other: what it cannot render, it does not pass.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

from tests.architecture.tree import ROOT

KUSTOMIZATIONS = ("k8s/overlays/dev", "k8s/overlays/prod", "k8s/overlays/pooled")
VERSIONS = ("1.34", "1.37")
KNOWN_FIELDS = {"apiVersion", "kind", "namespace", "resources", "labels", "images", "replicas", "patches"} | {
    "nameSuffix"
}
CLUSTER_WIDE = {"Namespace"}
REPLICATED = {"Deployment", "StatefulSet"}
STARTING = REPLICATED | {"Job", "CronJob"}

Manifest = dict[str, Any]


class UnknownFieldError(Exception):
    """A kustomization uses something that this renderer does not know."""


class NoTargetError(Exception):
    """A patch, an image or a replica count is for something that is not there."""


def render(folder: Path) -> list[Manifest]:
    """Return the manifests that `kubectl kustomize` would print for a folder."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
    unknown = set(kustomization) - KNOWN_FIELDS
    if unknown:
        raise UnknownFieldError(f"{folder}: {sorted(unknown)}")
    manifests = [manifest for name in kustomization["resources"] for manifest in _resource(folder / name)]
    for patch in kustomization.get("patches", []):
        _apply_patch(patch, manifests)
    for replica in kustomization.get("replicas", []):
        _named(manifests, REPLICATED, replica["name"])["spec"]["replicas"] = replica["count"]
    for image in kustomization.get("images", []):
        _set_image(image, manifests)
    for manifest in manifests:
        _add_suffix(kustomization.get("nameSuffix", ""), manifest)
    for labels in kustomization.get("labels", []):
        for manifest in manifests:
            _add_labels(labels, manifest)
    if "namespace" in kustomization:
        for manifest in manifests:
            if manifest["kind"] not in CLUSTER_WIDE:
                manifest["metadata"]["namespace"] = kustomization["namespace"]
    return manifests


def pod_of(manifest: Manifest) -> Manifest | None:
    """Return the pod that a manifest starts, if it starts one."""
    template = template_of(manifest)
    return template["spec"] if template else None


def template_of(manifest: Manifest) -> Manifest | None:
    """Return the template of the pods that a manifest starts, if it starts any."""
    if manifest["kind"] not in STARTING:
        return None
    spec = manifest["spec"]["jobTemplate"]["spec"] if manifest["kind"] == "CronJob" else manifest["spec"]
    template: Manifest = spec["template"]
    return template


def _resource(path: Path) -> list[Manifest]:
    if path.is_dir():
        return render(path)
    return [manifest for manifest in yaml.safe_load_all(path.read_text("utf-8")) if manifest]


def _named(manifests: list[Manifest], kinds: Collection[str], name: str) -> Manifest:
    for manifest in manifests:
        if manifest["kind"] in kinds and manifest["metadata"]["name"] == name:
            return manifest
    raise NoTargetError(name)


def _set_image(image: Manifest, manifests: list[Manifest]) -> None:
    found = [
        container
        for pod in filter(None, map(pod_of, manifests))
        for container in [*pod.get("initContainers", []), *pod["containers"]]
        if container["image"].split(":")[0] == image["name"]
    ]
    if not found:
        raise NoTargetError(f"image {image['name']}")
    for container in found:
        container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"


def _add_labels(labels: Manifest, manifest: Manifest) -> None:
    manifest["metadata"].setdefault("labels", {}).update(labels["pairs"])
    template = template_of(manifest)
    if labels.get("includeTemplates") and template:
        template["metadata"].setdefault("labels", {}).update(labels["pairs"])


def _add_suffix(suffix: str, manifest: Manifest) -> None:
    """Name a manifest anew; only what nothing refers to may have a suffix here."""
    if suffix and manifest["kind"] != "Job":
        raise UnknownFieldError(f"nameSuffix of a {manifest['kind']}")
    manifest["metadata"]["name"] += suffix


def _apply_patch(patch: Manifest, manifests: list[Manifest]) -> None:
    target = patch["target"]
    matching = [
        manifest
        for manifest in manifests
        if manifest["kind"] == target["kind"] and re.fullmatch(target.get("name", ".*"), manifest["metadata"]["name"])
    ]
    if not matching:
        raise NoTargetError(str(target))
    for manifest in matching:
        for operation in yaml.safe_load(patch["patch"]):
            _apply(operation, manifest)


def _apply(operation: Manifest, manifest: Manifest) -> None:
    *parents, last = [part.replace("~1", "/") for part in operation["path"].strip("/").split("/")]
    place: Any = manifest
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    value = copy.deepcopy(operation.get("value"))
    match operation["op"], place:
        case "add", list():
            place.insert(len(place) if last == "-" else int(last), value)
        case (("add" | "replace"), dict()):
            place[last] = value
        case "remove", dict():
            del place[last]
        case _:
            raise UnknownFieldError(f"patch {operation['op']} at {operation['path']}")


def main() -> int:
    """Check both overlays; return 0 when every manifest is valid in every version."""
    wrong = 0
    for name in KUSTOMIZATIONS:
        for manifest in render(ROOT / name):
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(manifest, version, strict=True)
                except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                    wrong += 1
                    print(f"{name}: {manifest['kind']} {manifest['metadata']['name']} ({version}): {error}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
