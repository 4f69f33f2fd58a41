"""The service catalogue, as the file in data/ tells it and as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from libs.db import Connection
from libs.yaml_files import read_yaml
from services.orders.core.rules.catalogue import Service
from services.orders.core.store import catalogue_store
from services.orders.core.store.tables import catalogue_item

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


def catalogue_on(connection: Connection, day: date) -> list[Service]:
    """Return the newest version of each service in force on a day."""
    in_force = sa.select(catalogue_item).where(catalogue_item.c.effective <= day)
    rows = connection.execute(in_force.order_by(catalogue_item.c.code, catalogue_item.c.version)).mappings()
    newest = {row["code"]: catalogue_store.service_of_columns(row) for row in rows}
    return list(newest.values())
