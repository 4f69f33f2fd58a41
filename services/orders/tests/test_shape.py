"""The shape of the service: no value grows until nobody sees what belongs together."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import services.orders

FIELDS_MAX = 19


def dataclasses_of_the_service() -> Iterator[type]:
    for module in pkgutil.walk_packages(services.orders.__path__, "services.orders."):
        if ".tests" in module.name or ".migrations" in module.name or module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.name:
                yield value


def test_no_value_has_twenty_fields() -> None:
    fields = {kind.__name__: len(dataclasses.fields(kind)) for kind in dataclasses_of_the_service()}

    assert fields["Order"] > 10
    assert {name: count for name, count in fields.items() if count > FIELDS_MAX} == {}


def test_every_value_is_frozen() -> None:
    thawed = [kind.__name__ for kind in dataclasses_of_the_service() if not kind.__dataclass_params__.frozen]  # type: ignore[attr-defined]  # every dataclass has them

    assert thawed == []
