"""Units of numbers: a name that ends in one, or begins with one, says it; the API document repeats it as `x-unit`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

UNITS = {
    "minutes": "minute",
    "seconds": "second",
    "days": "day",
    "m": "metre",
    "percent": "percent",
    "latitude": "degree",
    "longitude": "degree",
}


def unit_of(name: str) -> str | None:
    """Return the unit that a name speaks of: `held_minutes`, `minutes_per_month`, `distance_m`."""
    return next((UNITS[word] for word in name.split("_") if word in UNITS), None)


def write_units(document: dict[str, Any]) -> None:
    """Add `x-unit` to every number of a document whose name speaks of a unit."""
    for name, schema in named_schemas(document):
        unit = unit_of(name)
        for number in _numbers(schema) if unit else ():
            number.setdefault("x-unit", unit)


def named_schemas(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (name, schema) of every field and every parameter."""
    for schema in document.get("components", {}).get("schemas", {}).values():
        yield from schema.get("properties", {}).items()
    for methods in document.get("paths", {}).values():
        for part in methods.values():
            for parameter in part if isinstance(part, list) else part.get("parameters", []):
                if "schema" in parameter:
                    yield parameter["name"], parameter["schema"]


def is_number(schema: dict[str, Any]) -> bool:
    """Tell whether a schema allows a number."""
    kinds = schema.get("type", [])
    return bool({"integer", "number"} & ({kinds} if isinstance(kinds, str) else set(kinds)))


def _numbers(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schema if it is a number's, or that of the numbers in its list or under its names."""
    if is_number(schema):
        yield schema
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from _numbers(inner)
