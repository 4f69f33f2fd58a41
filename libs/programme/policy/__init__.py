"""A version of a district's rules as every service reads it: complete, whatever release it was published by.

`defaults.json` holds every parameter with its default, generated from accounts' parameter list by `make proto`.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

DEFAULTS = Path(__file__).with_name("defaults.json")
Parameters = Mapping[str, Mapping[str, Any]]


@cache
def default_parameters() -> dict[str, dict[str, Any]]:
    """Return every parameter with today's default."""
    found: dict[str, dict[str, Any]] = json.loads(DEFAULTS.read_text(encoding="utf-8"))
    return found


def completed(parameters: Parameters) -> dict[str, dict[str, Any]]:
    """Return a version's parameters, with today's default for each that it does not name.

    A version that an older release published lacks what was added since: so a new parameter reaches every district,
    also those whose rules nobody has touched. What the version does name stays, null included.
    """
    defaults = default_parameters()
    return {group: {**defaults.get(group, {}), **parameters.get(group, {})} for group in {**defaults, **parameters}}
