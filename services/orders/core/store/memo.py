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
    known = _read.setdefault(connection, {})
    if key not in known:
        known[key] = load()
    value: T = known[key]
    return value


def forget_all(connection: Connection) -> None:
    """Read anew from here on: the transaction itself has changed what was read."""
    _read.pop(connection, None)
