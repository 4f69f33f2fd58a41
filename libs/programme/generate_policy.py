"""Generate the typed parameters from their list: `python -m libs.programme.generate_policy` (part of make proto)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from libs.yaml_files import read_yaml

PARAMETER_LIST = Path(__file__).resolve().parents[2] / "services" / "accounts" / "data" / "policies" / "default.yaml"
PARAMETERS = Path(__file__).parent / "policy" / "parameters.py"

_HEAD = '''"""Every parameter of a district's rules, with its type and today's default.

Generated from the parameter list by `make proto`; change the list instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
'''
_GROUP = """

@dataclass(frozen=True, kw_only=True)
class {name}:
"""
_ALL = '''

@dataclass(frozen=True, kw_only=True)
class Parameters:
    """All groups; `Parameters()` are today's defaults."""

'''
_TYPES = {"integer": "int", "boolean": "bool", "text": "str", "days": "tuple[date, ...]"}


def generated() -> str:
    """Return what the parameter list gives."""
    groups = read_yaml(PARAMETER_LIST)["parameters"]
    fields = "".join(f"    {group}: {_class_name(group)} = {_class_name(group)}()\n" for group in groups)
    return _HEAD + "".join(_group(group, named) for group, named in groups.items()) + _ALL + fields


def _group(group: str, parameters: Mapping[str, Mapping[str, Any]]) -> str:
    lines = (f"    {name}: {_type_of(p)} = {_default_of(p)}\n" for name, p in parameters.items())
    return _GROUP.format(name=_class_name(group)) + "".join(lines)


def _class_name(group: str) -> str:
    return "".join(word.capitalize() for word in group.split("_")) + "Parameters"


def _type_of(parameter: Mapping[str, Any]) -> str:
    kind = parameter["type"]
    if kind == "choice":
        named = f"Literal[{', '.join(map(_literal, parameter['choices']))}]"
    elif kind == "list":
        named = _tuple_of(parameter["default"])
    else:
        named = _TYPES.get(kind, "Mapping[str, int]")
    return f"{named} | None" if parameter.get("nullable") else named


def _tuple_of(entries: list[Any]) -> str:
    first = entries[0]
    inner = _tuple_of(first) if isinstance(first, list) else type(first).__name__
    return f"tuple[{inner}, ...]"


def _default_of(parameter: Mapping[str, Any]) -> str:
    default = parameter["default"]
    assert parameter["type"] != "days" or not default, "a list of days begins empty"
    if isinstance(default, dict):
        assert not default, "a map begins empty"
        return "field(default_factory=dict)"
    return _literal(default)


def _literal(value: object) -> str:
    if isinstance(value, list):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    PARAMETERS.write_text(generated(), encoding="utf-8")
