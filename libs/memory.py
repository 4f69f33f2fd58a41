"""How often Python looks for cycles: requests and batches make thousands of small objects that are soon gone anyway."""

from __future__ import annotations

import gc

OBJECTS_BETWEEN_COLLECTIONS = 20_000


def tuned_gc() -> None:
    """Walk the young objects once for many requests or events, not again and again within one."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
