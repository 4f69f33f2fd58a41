"""YAML files that services start with, read by libyaml: the parser written in Python takes ten times as long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """Return what a file says; plain values only."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
