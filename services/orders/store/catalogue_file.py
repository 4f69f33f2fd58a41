"""The service catalogue as the file in data/ tells it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from libs.yaml_files import read_yaml
from services.orders.domain.catalogue import Service

CATALOGUE = Path(__file__).resolve().parents[1] / "data" / "catalogue.yaml"


def services_of_file(path: Path = CATALOGUE) -> list[Service]:
    """Return every service of a catalogue file, with the file's defaults filled in."""
    catalogue = read_yaml(path)
    return [_service(catalogue, code, entry) for code, entry in catalogue["services"].items()]


def _service(catalogue: Mapping[str, Any], code: str, entry: Mapping[str, Any]) -> Service:
    filled = {**catalogue["defaults"], **entry}
    certificates = filled.get("certificate_for") or {}
    return Service(
        code=code,
        version=catalogue["version"],
        effective=catalogue["effective"],
        name_zh=filled["zh"],
        name_en=filled["en"],
        service_class=filled["class"],
        risk=filled["risk"],
        persons=filled["persons"],
        min_minutes=filled["min_minutes"],
        max_minutes=filled["max_minutes"],
        coefficient_percent=filled["coefficient_percent"],
        funding=frozenset(filled["funding"]),
        certificate=filled.get("certificate") or "",
        max_grade=filled.get("max_grade") or "",
        checklist=tuple(filled.get("checklist", ())),
        certificate_for=", ".join(f"{part}: {needed}" for part, needed in certificates.items()),
    )
