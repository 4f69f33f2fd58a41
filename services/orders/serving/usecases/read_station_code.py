"""Show the code of a venue: whoever serves there checks in with it."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from services.orders.core.usecases.command_context import CommandContext
from services.orders.serving.rules.doors import DoorKey, Lock, ShownCode
from services.orders.venues import store as venues_store
from services.orders.venues.usecases import venue_to_run


def read_station_code(connection: Connection, context: CommandContext, venue_id: UUID, key: DoorKey) -> ShownCode:
    """Return the code that is shown at a venue now, and note who was told it: they could bring it along.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        VenueNotFoundError, VenueClosedError: as their names say.
    """
    venue_to_run(connection, context, venue_id).refuse_closed()
    venues_store.note_reader(connection, venue_id, context.caller_id, context.now)
    return key.code_at(Lock(venue_id), context.now)
