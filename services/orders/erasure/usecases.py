"""Answer whether anything stands against an erasure."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from services.orders.erasure import store

OPEN_OBLIGATIONS = "open_obligations"


def erasure_code(connection: Connection, person_id: UUID) -> str:
    """Return the code of what stands against ending the use of a person's data; empty = nothing."""
    return OPEN_OBLIGATIONS if store.has_open_orders(connection, person_id) else ""
