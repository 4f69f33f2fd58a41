"""The journal's columns, and ids as bytes: what those need who read it with the driver alone."""

from __future__ import annotations

import struct
from collections.abc import Collection
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

FORMS = {
    "pos": "q", "debit": "q", "credit": "q", "debit_after": "q", "credit_after": "q", "effective_at": "q",
    "recorded_at": "q", "book": "i", "minutes": "i", "debit_version": "i", "credit_version": "i",
    "policy_version": "i", "reason": "h", "outcome": "h", "leg": "h", "legs": "h", "evidence": "h",
    "request_id": "16s", "cause": "16s", "act_id": "16s", "actor": "16s", "checker": "16s", "salt": "16s",
    "leaf_hash": "32s",
}  # fmt: skip
"""The journal's columns in their order, widest first, and the type of each as `struct` names it."""
COLUMNS = ", ".join(FORMS)


class RawId(Loader):
    """Loads a uuid as its 16 bytes, ten times faster than as a UUID."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        """Return the bytes."""
        return bytes(data)


class IdArray(bytes):
    """A uuid[] as PostgreSQL sends and takes it: a tenth of what it costs to write and to read it as text."""


class IdArrayDumper(Dumper):
    """Sends an IdArray as it is."""

    format = Format.BINARY
    oid = psycopg.adapters.types["uuid"].array_oid

    def dump(self, ids: IdArray) -> Buffer:
        """Return the bytes."""
        return ids


UUID_OID = psycopg.adapters.types["uuid"].oid
ID_LENGTH = struct.pack(">i", 16)


def id_array(ids: Collection[bytes]) -> IdArray:
    """Ids of 16 bytes each as a parameter of type uuid[] for a raw cursor."""
    if not ids:
        return IdArray(struct.pack(">iii", 0, 0, UUID_OID))
    return IdArray(struct.pack(">iiiii", 1, 0, UUID_OID, len(ids), 1) + ID_LENGTH + ID_LENGTH.join(ids))


def raw_cursor(raw: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """A binary cursor that loads ids as bytes, and takes an IdArray."""
    cursor = raw.cursor(binary=True)
    cursor.adapters.register_loader("uuid", RawId)
    cursor.adapters.register_dumper(IdArray, IdArrayDumper)
    return cursor
