"""Every event message of the generated contracts, with an example of each: for checks and for the catalogue.

And whether bytes are such a message at all.
"""

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from typing import cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message

import libs.contracts.timebank as contracts

_EXAMPLE_ID = "01890a5d-ac96-774b-bcce-b302099a80{:02x}"


def event_types() -> Iterator[type[Message]]:
    """Yield the class of every message in every generated events module, parts of messages too."""
    for module in pkgutil.walk_packages(contracts.__path__, contracts.__name__ + "."):
        if module.name.endswith("events_pb2"):
            loaded = importlib.import_module(module.name)
            for name in loaded.DESCRIPTOR.message_types_by_name:
                yield getattr(loaded, name)


@functools.cache
def _by_name() -> dict[str, type[Message]]:
    return {kind.DESCRIPTOR.full_name: kind for kind in event_types()}


def is_unreadable(event_type: str, payload: bytes | None) -> bool:
    """Tell whether bytes are no message of a kind that we know; of a kind that we do not know nothing is said."""
    kind = _by_name().get(event_type)
    if kind is None or payload is None:
        return False
    try:
        kind.FromString(payload)
    except DecodeError:
        return True
    return False


def is_event(message: type[Message]) -> bool:
    """Tell whether a message travels by itself: it is no part of another message of its file."""
    parts = {
        field.message_type.full_name
        for other in message.DESCRIPTOR.file.message_types_by_name.values()
        for field in other.fields
        if field.message_type is not None
    }
    return message.DESCRIPTOR.full_name not in parts


def example(message: type[Message]) -> Message:
    """Return the message with every field set to a plain value that depends on nothing but its number and type."""
    filled = message()
    _fill(filled, cast("Descriptor", message.DESCRIPTOR))
    return filled


def _fill(message: Message, descriptor: Descriptor) -> None:
    for field in descriptor.fields:
        if field.message_type is not None:
            part = getattr(message, field.name)
            _fill(part.add() if field.is_repeated else part, field.message_type)
        elif field.is_repeated:
            getattr(message, field.name).append(_value(field))
        else:
            setattr(message, field.name, _value(field))


def _value(field: FieldDescriptor) -> object:
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return (
            field.name
            if field.type == FieldDescriptor.TYPE_STRING and not field.name.endswith("_id")
            else (
                _EXAMPLE_ID.format(field.number)
                if field.type == FieldDescriptor.TYPE_STRING
                else bytes([field.number]) * 4
            )
        )
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return True
    return 1_772_413_200_000_000 + field.number if field.name.endswith("_at_us") else 100 + field.number
