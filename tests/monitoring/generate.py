"""`make monitoring`: the rules for Prometheus's operator and the dashboards for Grafana, from one source each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.architecture.tree import ROOT
from tests.monitoring.alarms import RULES

DASHBOARDS = ROOT / "tests" / "monitoring" / "dashboards.yml"
GRAFANA, CLUSTER = ROOT / "docker" / "grafana" / "dashboards", ROOT / "k8s" / "monitoring"
MADE = "# Written by `make monitoring`; change {source} instead.\n"
WIDTH, HEIGHT, COLUMNS = 12, 8, 2
SOURCE = {"type": "prometheus", "uid": "prometheus"}


def written() -> dict[Path, str]:
    """Return every generated file with its content."""
    dashboards = {board["name"]: _dashboard(board) for board in boards()}
    files = {GRAFANA / f"{name}.json": f"{json.dumps(board, indent=1)}\n" for name, board in dashboards.items()}
    return files | {
        CLUSTER / "rules.yaml": MADE.format(source=RULES.relative_to(ROOT)) + _dumped(_prometheus_rule()),
        CLUSTER / "dashboards.yaml": MADE.format(source=DASHBOARDS.relative_to(ROOT))
        + _dumped(_config_map(dashboards)),
    }


def boards() -> list[Mapping[str, Any]]:
    """Return what each dashboard shows."""
    dashboards: list[Mapping[str, Any]] = yaml.safe_load(DASHBOARDS.read_text("utf-8"))
    return dashboards


def expressions() -> list[str]:
    """Return every expression of every dashboard."""
    return [text for board in boards() for panel in board["panels"] for text in panel["series"].values()]


def _prometheus_rule() -> dict[str, Any]:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "timebank"},
        "spec": yaml.safe_load(RULES.read_text("utf-8")),
    }


def _config_map(dashboards: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Grafana's sidecar picks up by its label."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "dashboards", "labels": {"grafana_dashboard": "1"}},
        "data": {f"timebank-{name}.json": json.dumps(board) for name, board in dashboards.items()},
    }


def _dumped(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, width=10_000, allow_unicode=True)


def _dashboard(board: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uid": f"timebank-{board['name']}",
        "title": board["title"],
        "tags": ["timebank"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": [_panel(number, panel) for number, panel in enumerate(board["panels"])],
    }


def _panel(number: int, panel: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": number + 1,
        "type": "stat" if panel.get("now") else "timeseries",
        "title": panel["title"],
        "datasource": SOURCE,
        "gridPos": {"x": number % COLUMNS * WIDTH, "y": number // COLUMNS * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel["unit"], "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": text, "legendFormat": legend}
            for place, (legend, text) in enumerate(panel["series"].items())
        ],
    }


def main() -> None:
    """Write every file."""
    for path, content in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
