"""Register a venue, and close it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme import directory
from libs.programme.refusals import RecordNotFoundError
from services.orders.core.rules.people import Place
from services.orders.core.usecases.command_context import CommandContext, require_power, require_power_somewhere
from services.orders.venues import store
from services.orders.venues.rules import Venue, VenueKind

POWER = "run_venue"


@dataclass(frozen=True)
class VenueTold:
    """What is said of a new venue."""

    unit_id: UUID
    kind: VenueKind
    name: str
    address: str
    capacity: int
    place: Place | None


def register_venue(connection: Connection, context: CommandContext, venue_id: UUID, terms: VenueTold) -> Venue:
    """Register a service point of a unit.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        RecordNotFoundError: there is no such unit in a district.
        IdReusedError: the id is taken.
    """
    require_power_somewhere(context, POWER)
    require_power(connection, context, POWER, terms.unit_id)
    district_id = directory.district_of(connection, terms.unit_id)
    if district_id is None:
        raise RecordNotFoundError
    venue = Venue(
        venue_id=venue_id,
        district_id=district_id,
        registered_by=context.caller_id,
        registered_at=context.now,
        **vars(terms),
    )
    if not store.add_venue(connection, venue):
        raise IdReusedError
    return venue


def close_venue(connection: Connection, context: CommandContext, venue_id: UUID) -> Venue:
    """Let nothing new be planned at a venue; what is planned stays.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        VenueNotFoundError, VenueClosedError: as their names say.
    """
    venue = venue_to_run(connection, context, venue_id)
    venue.refuse_closed()
    store.close_venue(connection, venue_id, by=context.caller_id, at=context.now)
    return replace(venue, closed_by=context.caller_id, closed_at=context.now)


def venue_to_run(connection: Connection, context: CommandContext, venue_id: UUID) -> Venue:
    """Return a venue to who runs it.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        VenueNotFoundError: there is none.
    """
    require_power_somewhere(context, POWER)
    venue = store.find_venue(connection, venue_id)
    require_power(connection, context, POWER, venue.unit_id)
    return venue
