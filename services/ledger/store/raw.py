"""The journal's columns, and ids as bytes: what those need who read it with the driver alone."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
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


def raw_cursor(raw: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """A binary cursor that loads ids as bytes."""
    cursor = raw.cursor(binary=True)
    cursor.adapters.register_loader("uuid", RawId)
    return cursor
