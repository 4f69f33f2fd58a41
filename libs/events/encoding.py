"""The converter outward: a frozen dataclass becomes a protobuf message, by the names of its fields."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.events.decoding import JSON, UnknownFieldError, wire_field

M = TypeVar("M", bound=Message)


def encoder(kind: type[M], form: type) -> Callable[[Any], M]:
    """Return what makes a message of each value of a form.

    Raises:
        UnknownFieldError: the form names what the contract does not have.
    """
    wires = _wires(kind, form)
    documents = [wire for name, wire in wires.items() if wire == name.rpartition(".")[2] + JSON]
    readers = {wire: attrgetter(name) for name, wire in wires.items()}

    def encode(value: Any) -> M:
        fields = {wire: _on_the_wire(read(value)) for wire, read in readers.items()}
        for wire in documents:
            fields[wire] = json.dumps(fields[wire], ensure_ascii=False)
        return kind(**{wire: one for wire, one in fields.items() if one is not None})

    return encode


def _wires(kind: type[Message], form: type) -> dict[str, str]:
    """Return the wire of each field; a value that the contract has no part for travels as the fields it consists of."""
    wires: dict[str, str] = {}
    for field in dataclasses.fields(form):
        found = wire_field(kind.DESCRIPTOR, field.name)
        group = get_type_hints(form)[field.name] if found is None else None
        if dataclasses.is_dataclass(group) and isinstance(group, type):
            wires |= {f"{field.name}.{name}": wire for name, wire in _wires(kind, group).items()}
            continue
        if found is None:
            raise UnknownFieldError(f"{kind.DESCRIPTOR.full_name} has no {field.name} of {form.__name__}")
        wires[field.name] = found.name
    return wires


def _on_the_wire(value: Any) -> Any:
    """Return a value as a field takes it; None is left out."""
    match value:
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case datetime():
            return to_microseconds(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [_on_the_wire(one) for one in value]
        case frozenset() | set():
            return sorted(_on_the_wire(one) for one in value)
        case Mapping():
            return value
        case _ if dataclasses.is_dataclass(value):
            return _part(value)
        case _:
            return value


def _part(value: Any) -> dict[str, Any]:
    """Return a part of a message: parts name their fields as they travel."""
    parts = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {_name_of(name, one): _on_the_wire(one) for name, one in parts.items() if one is not None}


def _name_of(name: str, value: Any) -> str:
    return f"{name}_us" if isinstance(value, datetime) else name
