"""Read a process's settings from the environment: once, typed, at the door."""

import dataclasses
import difflib
import os
import re
import types
import typing
from collections.abc import Mapping
from pathlib import Path

T = typing.TypeVar("T")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class MissingSettingError(Exception):
    """A variable that the process needs is not set."""


class WrongSettingError(Exception):
    """A variable is set to something that does not fit its type."""


def read(prefix: str, settings: type[T], environment: Mapping[str, str] | None = None) -> T:
    """Return the frozen dataclass `settings` with each field taken from PREFIX_FIELD.

    Fields with a default may be left out. Types: str, int, bool (1/0, true/false), Path, and these with `| None`.
    Variables that begin as one of the class's NO_OTHERS must be fields: a misspelt one would leave a door open.

    Raises:
        MissingSettingError: a variable without a default is not set; the message is its name.
        WrongSettingError: a value does not fit, or a variable is misspelt; the message names it.
    """
    source = os.environ if environment is None else environment
    hints = typing.get_type_hints(settings)
    values: dict[str, object] = {}
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]  # T is a dataclass by contract
        variable = f"{prefix}_{field.name}".upper()
        text = source.get(variable)
        if text is not None:
            values[field.name] = _parsed(variable, text, hints[field.name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise MissingSettingError(variable)
    _refuse_misspelt(prefix, settings, source)
    return settings(**values)


def chosen_name(variable: str, name: str | None) -> str:
    """Return the name that somebody chose in a variable: a host name of theirs and a path.

    Raises:
        MissingSettingError: nobody did.
        WrongSettingError: it is one of the examples', or no host name and path.
    """
    if not name:
        raise MissingSettingError(variable)
    host, _, path = name.partition("/")
    if not path or not _HOST.fullmatch(host) or host.endswith(".example"):
        raise WrongSettingError(f"{variable}={name!r}: choose a host name of your own and a path, for ever")
    return name


def _refuse_misspelt(prefix: str, settings: type, source: Mapping[str, str]) -> None:
    fields = {f"{prefix}_{field.name}".upper() for field in dataclasses.fields(settings)}
    begins = tuple(f"{prefix}_{begin}".upper() for begin in getattr(settings, "NO_OTHERS", ()))
    for variable in sorted(name for name in source if begins and name.startswith(begins) and name not in fields):
        meant = difflib.get_close_matches(variable, fields, 1)
        raise WrongSettingError(f"{variable} is not known" + (f": {meant[0]} is" if meant else ""))


def _parsed(variable: str, text: str, hint: object) -> object:
    kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType] or [hint]
    kind = kinds[0]
    try:
        if kind is bool:
            return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
        return int(text) if kind is int else Path(text) if kind is Path else text
    except (KeyError, ValueError) as error:
        raise WrongSettingError(f"{variable}={text!r} is not of type {getattr(kind, '__name__', kind)}") from error
