"""`make sbom`: what is deployed, as CycloneDX 1.6: every locked package with its version, hashes and licence.

It says the same of the same lock: no time and no machine is in it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.architecture.tree import ROOT

RUNTIME, DEV = ROOT / "requirements" / "runtime.txt", ROOT / "requirements" / "dev.txt"
WRITTEN = ROOT / "build" / "sbom.json"
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    """One locked package."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def licence(self) -> str:
        """Return what its metadata say of its licence: an SPDX expression, or words."""
        about = metadata.metadata(self.name)
        classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
        words = "; ".join(line.rsplit(" :: ", 1)[1] for line in classifiers)
        named = [about[field].split("\n")[0] for field in ("License-Expression", "License") if field in about]
        return named[0] if "License-Expression" in about else words or "".join(named)


def locked(file: Path) -> list[Package]:
    """Return every package of a lock file."""
    packages: list[Package] = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", file.read_text("utf-8")):
        pinned = _PINNED.match(block)
        if pinned:
            packages.append(Package(pinned["name"], pinned["version"], tuple(_HASH.findall(block))))
    return packages


def document(packages: list[Package]) -> dict[str, Any]:
    """Return the bill of materials."""
    components = [_component(package) for package in packages]
    serial = uuid5(NAMESPACE_URL, json.dumps(components, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "timebank", "bom-ref": "timebank"}},
        "components": components,
        "dependencies": [{"ref": "timebank", "dependsOn": [component["bom-ref"] for component in components]}],
    }


def _component(package: Package) -> dict[str, Any]:
    address = f"pkg:pypi/{package.name.lower().replace('_', '-')}@{package.version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": package.name,
        "version": package.version,
        "purl": address,
        "hashes": [{"alg": "SHA-256", "content": content} for content in package.hashes],
        "licenses": [{"license": {"name": package.licence}}],
    }


def main() -> None:
    """Write the bill of what is deployed."""
    WRITTEN.parent.mkdir(exist_ok=True)
    packages = locked(RUNTIME)
    WRITTEN.write_text(json.dumps(document(packages), indent=1) + "\n", "utf-8")
    print(f"wrote {WRITTEN.relative_to(ROOT)}: {len(packages)} packages")


if __name__ == "__main__":
    main()
