"""Ids: new ones in order of time (UUIDv7), and those derived from what caused them (UUIDv5)."""

import os
import time
import uuid

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id() -> uuid.UUID:
    """Return a UUIDv7: 48 bits of machine milliseconds, then 74 random bits (RFC 9562)."""
    random_bits = int.from_bytes(os.urandom(10), "big")
    high = (random_bits >> 68) & 0xFFF
    low = random_bits & ((1 << 62) - 1)
    return uuid.UUID(int=(time.time_ns() // 1_000_000) << 80 | _VERSION_7 | high << 64 | _VARIANT | low)


def id_from_cause(cause: uuid.UUID, *parts: str) -> uuid.UUID:
    """Return the id that this cause always gives for these parts, so that a repeated cause repeats no effect."""
    return uuid.uuid5(cause, "/".join(parts))
