"""The rules of each district, as accounts published them: the default preset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.scale.city import City, uid

PRESET = Path(__file__).resolve().parents[2] / "services" / "accounts" / "data" / "policies" / "default.yaml"


def fill_rules(connection: psycopg.Connection[Any], city: City) -> None:
    """Let the default rules bind everywhere."""
    groups = yaml.safe_load(PRESET.read_text("utf-8"))["parameters"]
    parameters = {group: {name: its["default"] for name, its in names.items()} for group, names in groups.items()}
    for district in range(city.districts):
        connection.execute(
            "INSERT INTO policy (district_id, policy_version, effective, parameters) VALUES (%s, 1, '2024-01-01', %s)",
            [uid("district", district), json.dumps(parameters)],
        )
