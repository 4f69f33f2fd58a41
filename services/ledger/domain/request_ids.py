"""Ids of requests that follow from something else: a posting's further legs, and what an event or a proposal asks."""

from __future__ import annotations

from hashlib import sha256

from services.ledger.domain.wallets import Id

TIME_BYTES = 6


def request_id_after(cause: Id, name: str) -> Id:
    """The UUIDv8 of a cause and a name: the same cause always gives the same id.

    It begins as its cause does, in a UUIDv7 with the milliseconds; 74 bits of SHA-256 of both follow. So what is asked
    at the same time stands together in the index that keeps ids unique (docs/decisions/0020).
    """
    made = bytearray(sha256(cause + name.encode()).digest()[:16])
    made[:TIME_BYTES] = cause[:TIME_BYTES]
    made[6] = made[6] & 0x0F | 0x80
    made[8] = made[8] & 0x3F | 0x80
    return bytes(made)
