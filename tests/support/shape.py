"""The values of a service."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from libs.roles import RoleSettings


def dataclasses_of(service: ModuleType) -> Iterator[type]:
    """Return the dataclasses that a service defines, but for those of its tests and migrations."""
    for module in pkgutil.walk_packages(service.__path__, f"{service.__name__}."):
        if ".tests" in module.name or ".migrations" in module.name or module.name.endswith(("__main__", "conftest")):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.name:
                yield value


def thawed(service: ModuleType) -> list[str]:
    """Return the names of those that are not frozen."""
    kinds = dataclasses_of(service)
    return [kind.__name__ for kind in kinds if not kind.__dataclass_params__.frozen]  # type: ignore[attr-defined]  # every dataclass has them


def fields_of(service: ModuleType) -> dict[str, int]:
    """Return how many fields each has; of settings only their own: what every service reads is one list of names."""
    return {kind.__name__: len(_own_fields(kind)) for kind in dataclasses_of(service)}


def _own_fields(kind: type) -> set[str]:
    names = {field.name for field in dataclasses.fields(kind)}
    return (
        names - {field.name for field in dataclasses.fields(RoleSettings)} if issubclass(kind, RoleSettings) else names
    )
