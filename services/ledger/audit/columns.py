"""The journal's rows as columns: how COPY BINARY sends them, how the leaf has them, and what is hashed of them.

Both are of fixed width, so thousands of rows are one array of numpy's, and a field of all of them is one column.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.ledger.audit.packed import PACKED
from services.ledger.audit.stretch import TILE, Records
from services.ledger.domain.leaf import FIELDS, LEAF, LEAF_PREFIX, LEAF_VERSION, Source
from services.ledger.domain.wallets import Id
from services.ledger.store.raw import FORMS

HASH_BYTES = 32
NODE_PREFIX = 1
NODE_BYTES = 1 + 2 * HASH_BYTES
NODE = struct.Struct(f"{NODE_BYTES}s")
NUMPY_FORMS = {"B": ">u1", "q": ">i8", "i": ">i4", "h": ">i2", "16s": "V16", "32s": "V32"}
FROM_ROW = tuple(field.name for field in FIELDS if field.source is Source.COLUMN)


def _rows_type() -> np.dtype[np.void]:
    """A row as COPY BINARY sends it: the number of fields, and each field behind its length."""
    fields = [("fields", ">i2")]
    for name, form in FORMS.items():
        fields += [(f"{name} length", ">i4"), (name, NUMPY_FORMS[form])]
    return np.dtype(fields)


def _leaves_type() -> np.dtype[np.void]:
    """A leaf with its prefix."""
    return np.dtype([("prefix", "V1"), *((field.name, NUMPY_FORMS[field.form]) for field in FIELDS)])


ROWS = _rows_type()
LEAVES = _leaves_type()
WHOLE_LEAF = struct.Struct(f"{LEAVES.itemsize}s")
assert ROWS.itemsize == PACKED.size
assert LEAVES.itemsize == len(LEAF_PREFIX) + LEAF.size
LENGTHS = [("fields", len(FORMS)), *((f"{name} length", ROWS[name].itemsize) for name in FORMS)]


def rows_of(packed: bytes) -> Records | None:
    """The rows in what was sent; None where a field has another width than it always has."""
    if len(packed) % ROWS.itemsize:
        return None
    rows: Records = np.frombuffer(packed, ROWS)
    return rows if all((rows[name] == width).all() for name, width in LENGTHS) else None


class Leaves:
    """Makes the leaves of a district's rows, as many at once as there is room for."""

    def __init__(self, district_id: Id, room: int) -> None:
        self._leaves: Records = np.zeros(room, LEAVES)
        self._leaves["prefix"], self._leaves["version"] = np.void(LEAF_PREFIX), LEAF_VERSION
        self._leaves["district_id"] = np.void(district_id)

    def hashes(self, rows: Records, debit_ids: Records, credit_ids: Records) -> bytes:
        """The hashes of the rows' leaves, one behind the other."""
        leaves = self._leaves[: len(rows)]
        leaves["debit"], leaves["credit"] = debit_ids, credit_ids
        for name in FROM_ROW:
            leaves[name] = rows[name]
        return _hashes(WHOLE_LEAF, leaves)


def tile_roots(hashes: bytes) -> list[bytes]:
    """The root of each full tile of leaf hashes, level by level, all tiles at once."""
    level, width = hashes, TILE
    while width > 1 and level:
        pairs = np.frombuffer(level, np.uint8).reshape(-1, 2 * HASH_BYTES)
        nodes = np.empty((len(pairs), NODE_BYTES), np.uint8)
        nodes[:, 0] = NODE_PREFIX
        nodes[:, 1:] = pairs
        level, width = _hashes(NODE, nodes), width // 2
    return [level[at : at + HASH_BYTES] for at in range(0, len(level), HASH_BYTES)]


def _hashes(form: struct.Struct, parts: NDArray[Any]) -> bytes:
    """The hash of each part; they are hashed one by one, for there is nothing that hashes many."""
    sha256 = hashlib.sha256
    return b"".join([sha256(part).digest() for (part,) in form.iter_unpack(parts.tobytes())])
