"""What the log keeps of a journal's row, for ever: one list of fields, from which every packer of a leaf follows.

To read a leaf by hand: docs/verify has a list of its own, which a test holds against this one.
"""

from __future__ import annotations

import hashlib
import struct
from enum import Enum
from typing import Any, NamedTuple

LEAF_VERSION = 1
LEAF_PREFIX = b"\x00"


class Source(Enum):
    """Where a field's value comes from."""

    VERSION = "the version of the list"
    BOOK = "the district of the row's book"
    COLUMN = "the row's column of the same name"
    WALLET = "the public id of the wallet whose number is in the row's column of the same name"


class LeafField(NamedTuple):
    """One field of a leaf; `form` is its type as `struct` names it."""

    name: str
    form: str
    source: Source = Source.COLUMN


FIELDS = (
    LeafField("version", "B", Source.VERSION),
    LeafField("district_id", "16s", Source.BOOK),
    LeafField("pos", "q"),
    LeafField("request_id", "16s"),
    LeafField("cause", "16s"),
    LeafField("act_id", "16s"),
    LeafField("reason", "h"),
    LeafField("outcome", "h"),
    LeafField("leg", "h"),
    LeafField("legs", "h"),
    LeafField("evidence", "h"),
    LeafField("policy_version", "i"),
    LeafField("debit", "16s", Source.WALLET),
    LeafField("credit", "16s", Source.WALLET),
    LeafField("minutes", "q"),
    LeafField("debit_version", "q"),
    LeafField("debit_after", "q"),
    LeafField("credit_version", "q"),
    LeafField("credit_after", "q"),
    LeafField("actor", "16s"),
    LeafField("checker", "16s"),
    LeafField("effective_at", "q"),
    LeafField("recorded_at", "q"),
    LeafField("salt", "16s"),
)
"""Times in microseconds UTC; numbers big-endian. Fixed width, in this order, for ever."""

LEAF = struct.Struct(">" + "".join(field.form for field in FIELDS))
NAMES = tuple(field.name for field in FIELDS)
WALLETS = tuple(field.name for field in FIELDS if field.source is Source.WALLET)


def pack_leaf(*values: Any) -> bytes:
    """A leaf of all its fields but the version, in their order."""
    return LEAF.pack(LEAF_VERSION, *values)


def unpack_leaf(leaf: bytes) -> dict[str, Any]:
    """The fields of a leaf by their names."""
    return dict(zip(NAMES, LEAF.unpack(leaf), strict=True))


def hash_leaf(leaf: bytes) -> bytes:
    """The RFC 6962 hash of a leaf."""
    return hashlib.sha256(LEAF_PREFIX + leaf).digest()


def place_of(name: str) -> slice:
    """Where a field stands in a leaf, for those who read it without unpacking all of it."""
    before = struct.calcsize(">" + "".join(field.form for field in FIELDS[: NAMES.index(name)]))
    return slice(before, before + struct.calcsize(FIELDS[NAMES.index(name)].form))
