"""What can be read when a story is over, asked by those who signed in: an answer of what no step asks for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.scenarios.client import ApiCall, Client, PlatformError

IDS_KEPT = 3
TRIES_MAX = 24
NARROWED_BY = ("person", "unit", "order", "district")
"""What a list is asked for where it is not given whole."""
NEVER_THE_SAME = frozenset(
    {"get_signing_keys", "get_certificate_keys", "get_certificate_status_list", "get_trust_file", "get_checkpoint"}
)
"""Keys and signatures, which each platform has of its own."""


@dataclass(frozen=True)
class Reading:
    """An operation that only reads and answers JSON."""

    name: str
    path: str
    parameters: Sequence[Mapping[str, Any]]

    def addresses(self, seen: Seen) -> Iterator[str]:
        """Yield addresses of it that may be answered: with ids that were seen, whole first, then narrowed."""
        needed = [parameter for parameter in self.parameters if parameter["in"] != "header" and parameter["required"]]
        choices = [seen.values_of(parameter) for parameter in needed]
        queries = {parameter["name"] for parameter in self.parameters if parameter["in"] == "query"}
        for chosen in itertools.product(*choices):
            values = {parameter["name"]: value for parameter, value in zip(needed, chosen, strict=True)}
            asked = {name: value for name, value in values.items() if name in queries}
            path = self.path.format_map(values)
            yield _address(path, asked)
            for name in NARROWED_BY:
                if name in queries - asked.keys():
                    yield from (_address(path, asked | {name: value}) for value in seen.last(f"{name}_id"))


@dataclass
class Seen:
    """Ids that stood in answers, by the name of their member, the last ones."""

    _ids: dict[str, dict[str, None]] = field(default_factory=dict)

    def note(self, value: Any) -> None:
        """Note the ids of a document."""
        for part in value if isinstance(value, list) else []:
            self.note(part)
        for name, part in value.items() if isinstance(value, dict) else []:
            if name.endswith("_id") and isinstance(part, str):
                of_name = self._ids.setdefault(name, {})
                of_name.pop(part, None)
                of_name[part] = None
            else:
                self.note(part)

    def last(self, name: str) -> list[str]:
        """Return the last ids of a name."""
        return list(self._ids.get(name, {}))[: -IDS_KEPT - 1 : -1]

    def values_of(self, parameter: Mapping[str, Any]) -> list[str]:
        """Return what a parameter may be: one of its words, or ids that were seen."""
        name = parameter["name"]
        words = parameter["schema"].get("enum", [])
        return [str(word) for word in words[:IDS_KEPT]] or self.last(name) or self.last(f"{name}_id")


def readings(document: Mapping[str, Any]) -> list[Reading]:
    """Return the operations of a document that only read and answer JSON, the same each time."""
    return [
        Reading(operation["operationId"], path, _parameters(document, methods, operation))
        for path, methods in document["paths"].items()
        if (operation := methods.get("get")) is not None
        and "application/json" in operation["responses"].get("200", {}).get("content", {})
        and operation["operationId"] not in NEVER_THE_SAME
    ]


def look_around(client: Client, wanted: Sequence[Reading], seen: Seen) -> None:
    """Ask for each as those who have signed in, until one is answered; a few times at most."""
    callers = list(client.tokens)
    for reading in wanted:
        asked = ((caller, address) for address in reading.addresses(seen) for caller in callers)
        for caller, address in itertools.islice(asked, TRIES_MAX):
            try:
                status, _ = client.send(ApiCall(caller, "GET", address))
            except PlatformError:
                continue
            if status == 200:
                break


def _parameters(document: Mapping[str, Any], *holders: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [_whole(document, parameter) for holder in holders for parameter in holder.get("parameters", [])]


def _whole(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in parameter:
        parameter = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return {"required": False, "schema": {}, **parameter}


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
