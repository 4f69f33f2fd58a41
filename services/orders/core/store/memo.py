"""What one transaction has read of the rules and the tree, so that it reads each of them once.

Nothing is kept beyond the transaction: a Connection object is made for each.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

T = TypeVar("T")
_read: WeakKeyDictionary[Connection, dict[Hashable, Any]] = WeakKeyDictionary()


def once(connection: Connection, key: Hashable, load: Callable[[], T]) -> T:
    """Return what `load` returned for this key the first time in this transaction."""
    kept = _read.setdefault(connection, {})
    if key not in kept:
        kept[key] = load()
    value: T = kept[key]
    return value


def put(connection: Connection, key: Hashable, value: object) -> None:
    """Keep what was read of a key together with other facts (see `facts.gather`)."""
    _read.setdefault(connection, {})[key] = value


def has(connection: Connection, key: Hashable) -> bool:
    """Tell whether something is kept of a key."""
    return key in _read.get(connection, {})


def get(connection: Connection, key: Hashable) -> Any:
    """Return what is kept of a key."""
    return _read[connection][key]


def get_or(connection: Connection, key: Hashable, load: Callable[[], T]) -> T:
    """Return what is kept of a key, else what `load` returns, which is not kept: it may be another the next time."""
    value: T = get(connection, key) if has(connection, key) else load()
    return value


def pop(connection: Connection, key: Hashable) -> Any:
    """Return what is kept of a key, once; None where nothing is."""
    return _read.get(connection, {}).pop(key, None)


def forget_all(connection: Connection) -> None:
    """Read anew from here on: the transaction itself has changed what was read."""
    _read.pop(connection, None)
