"""Which fields of a request are read: schemas that load into dictionaries which remember what was taken from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from marshmallow import Schema


class _Remembering(dict[str, Any]):
    """The fields of one request."""

    def __init__(self, read: set[str]) -> None:
        super().__init__()
        self._read = read

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, otherwise: Any = None) -> Any:
        """Return a field, as a dictionary does."""
        self._read.add(name)
        return super().get(name, otherwise)


class Reads:
    """Watches the schemas of requests of some modules."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, modules: ModuleType | Sequence[ModuleType], endings: Iterable[str]
    ) -> None:
        """Of the modules' own schemas, those of requests have names that end so."""
        self._read: dict[str, set[str]] = defaultdict(set)
        self._kinds = [
            kind
            for module in ([modules] if isinstance(modules, ModuleType) else modules)
            for name, kind in vars(module).items()
            if isinstance(kind, type) and issubclass(kind, Schema) and kind.__module__ == module.__name__
            if name.endswith(tuple(endings))
        ]
        for kind in self._kinds:
            monkeypatch.setattr(kind, "dict_class", staticmethod(partial(_Remembering, self._read[kind.__name__])))

    def unread(self) -> dict[str, set[str]]:
        """The fields that were taken and that nothing asked for, by schema."""
        found = {}
        for kind in self._kinds:
            if not self._read[kind.__name__] and any(kind in other.__bases__ for other in self._kinds):
                continue  # Only what others build on.
            names = {field.attribute or name for name, field in kind().fields.items()}
            if rest := names - self._read[kind.__name__]:
                found[kind.__name__] = rest
        return found
