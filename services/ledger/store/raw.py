"""The journal's columns, and ids as bytes: what those need who read it with the driver alone."""

from __future__ import annotations

import struct
from collections.abc import Collection
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

COLUMNS = (
    "pos, debit, credit, debit_after, credit_after, effective_at, recorded_at, book, minutes, debit_version,"
    " credit_version, policy_version, reason, outcome, leg, legs, evidence, request_id, cause, act_id, actor, checker,"
    " salt, leaf_hash"
)


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
