"""The converter inward: a protobuf message becomes a frozen dataclass, by the names and types of its fields."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from google.protobuf.descriptor import FieldDescriptor

from libs.clock import from_microseconds

T = TypeVar("T")
Convert = Callable[[Any], Any]
AT, MICROSECONDS, JSON = "_at", "_us", "_json"


class UnknownFieldError(TypeError):
    """A form names something that the contract does not have, or has in another form."""


def decoder(contract: Any, form: type[T]) -> Callable[[Any], T]:
    """Return what makes a form of each message of a contract.

    Raises:
        UnknownFieldError: the form names what the contract does not have.
    """
    names: list[str] = []
    converts: list[tuple[str, Convert]] = []
    hints = get_type_hints(form)
    for field in dataclasses.fields(form):  # type: ignore[arg-type]  # a form is a dataclass
        found = wire_field(contract, field.name)
        if found is None and has_default(field):
            continue
        if found is None:
            raise UnknownFieldError(f"{contract.full_name} has no {field.name} for {form.__name__}")
        convert = _converter(found, hints[field.name], field.name)
        names.append(field.name)
        converts.append((found.name, convert))
    return _build(form, names, converts)


def wire_field(contract: Any, name: str) -> FieldDescriptor | None:
    """Return the field of a contract that a name stands for, by the naming rule."""
    by_name: Mapping[str, FieldDescriptor] = contract.fields_by_name
    for wire in (name, name + MICROSECONDS, name + JSON):
        if wire in by_name:
            return by_name[wire]
    return None


def has_default(field: dataclasses.Field[Any]) -> bool:
    """Tell whether a form can do without a field."""
    return field.default is not dataclasses.MISSING


def plain_type(hint: Any) -> tuple[Any, bool]:
    """Return a type without `| None`, and whether it had it."""
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not NoneType]
        return (parts[0] if len(parts) == 1 else hint), len(parts) < len(get_args(hint))
    return hint, False


def _build(form: type[T], names: list[str], converts: list[tuple[str, Convert]]) -> Callable[[Any], T]:
    """One look for all fields in C, then only the conversions that change something."""
    if not names:
        return lambda _message: form()
    wires = [wire for wire, _ in converts]
    changing = [(place, convert) for place, (_, convert) in enumerate(converts) if convert is not _same]
    look = attrgetter(*wires) if len(wires) > 1 else _look_at_one(wires[0])
    others = {field.name: field.default for field in dataclasses.fields(form) if field.name not in names}  # type: ignore[arg-type]
    assert not hasattr(form, "__post_init__"), "a form only holds what was told"
    new = object.__new__

    def decode(message: Any) -> T:
        values = list(look(message))
        for place, convert in changing:
            values[place] = convert(values[place])
        # Not by the form's constructor: a frozen one sets each field by a call, which takes as long as all the rest.
        made = new(form)
        made.__dict__.update(zip(names, values))  # noqa: B905  # one value for each name, by what is looked at
        if others:
            made.__dict__.update(others)
        return made

    return decode


def _look_at_one(wire: str) -> Callable[[Any], Any]:
    look = attrgetter(wire)
    return lambda message: (look(message),)


def _converter(field: FieldDescriptor, hint: Any, name: str) -> Convert:
    plain, may_lack = plain_type(hint)
    if field.is_repeated:
        return _of_many(field, plain)
    one = _of_one(field, plain, name)
    if not may_lack:
        return one
    if one is _raw_id:
        return _raw_id_or_none
    return (lambda value: value or None) if one is _same else (lambda value: one(value) if value else None)


def _of_many(field: FieldDescriptor, hint: Any) -> Convert:
    """Repeated fields are tuples, or frozen sets where order says nothing."""
    kind, part = get_origin(hint), get_args(hint)[:1]
    if kind not in (tuple, frozenset) or not part:
        raise UnknownFieldError(f"{field.full_name} comes many times: {hint}")
    one = _of_one(field, part[0], field.name)
    make: Convert = kind
    if one is _same:
        return make
    return lambda values: make(map(one, values))


def _of_one(field: FieldDescriptor, hint: Any, name: str) -> Convert:
    if field.message_type is not None:
        return decoder(field.message_type, hint)
    if get_origin(hint) is Mapping or hint is Mapping:
        return json.loads
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    expected = _SCALARS.get(hint)
    if expected is None or field.cpp_type not in expected.cpp_types:
        raise UnknownFieldError(f"{field.full_name} is no {hint} ({name})")
    if hint is bytes and field.type == FieldDescriptor.TYPE_STRING:
        return _raw_id
    return expected.convert


def _same(value: Any) -> Any:
    return value


def _raw_id(text: str) -> bytes:
    """An id as the 16 bytes that a journal keeps; all zero where there is none."""
    return _from_hex(text.replace("-", "")) if text else NO_RAW_ID


def _raw_id_or_none(text: str) -> bytes | None:
    return _from_hex(text.replace("-", "")) if text else None


NO_RAW_ID = bytes(16)
_from_hex = bytes.fromhex


@dataclasses.dataclass(frozen=True)
class _Scalar:
    """What a type is made of."""

    cpp_types: frozenset[int]
    convert: Convert


_TEXT = frozenset((FieldDescriptor.CPPTYPE_STRING,))
_WHOLE = frozenset((FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64))
_SCALARS: dict[Any, _Scalar] = {
    str: _Scalar(_TEXT, _same),
    bytes: _Scalar(_TEXT, _same),
    UUID: _Scalar(_TEXT, UUID),
    date: _Scalar(_TEXT, date.fromisoformat),
    datetime: _Scalar(_WHOLE, from_microseconds),
    int: _Scalar(_WHOLE, _same),
    bool: _Scalar(frozenset((FieldDescriptor.CPPTYPE_BOOL,)), _same),
}
