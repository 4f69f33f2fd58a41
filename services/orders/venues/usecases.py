"""Register a venue, and close it; enter how many came on a day, and correct it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.ids import id_from_cause
from libs.programme import directory
from libs.programme.refusals import RecordNotFoundError
from services.orders.core.rules.counting import Entry, Kind
from services.orders.core.rules.people import Place
from services.orders.core.store import counted_store
from services.orders.core.usecases.command_context import CommandContext, require_power, require_power_somewhere
from services.orders.venues import store
from services.orders.venues.refusals import AlreadyCountedError, CountCorrectedError
from services.orders.venues.rules import Count, Venue, VenueKind, refuse_count

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


@dataclass(frozen=True)
class Numbers:
    """How many came to a venue, and how many meals were given."""

    visitors: int
    meals: int


def count_day(
    connection: Connection, context: CommandContext, venue_id: UUID, count_id: UUID, day: date, numbers: Numbers
) -> Count:
    """Enter how many came to a venue on a day.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        VenueNotFoundError: there is none.
        CountDayError, CountMonthOverError, CountExceedsVenueError: as their names say.
        AlreadyCountedError: the day was counted.
        IdReusedError: the id is taken.
    """
    venue = venue_to_run(connection, context, venue_id)
    count = Count(
        count_id=count_id,
        venue_id=venue_id,
        unit_id=venue.unit_id,
        day=day,
        visitors=numbers.visitors,
        meals=numbers.meals,
        entered_by=context.caller_id,
        entered_at=context.now,
    )
    refuse_count(venue, count, figures_upto=counted_store.begin_counting(connection))
    if not store.add_count(connection, count):
        raise IdReusedError if store.has_count(connection, count_id) else AlreadyCountedError
    _add_to_figures(connection, count, Numbers(0, 0))
    return count


def correct_count(
    connection: Connection, context: CommandContext, venue_id: UUID, count_id: UUID, numbers: Numbers
) -> Count:
    """Say what the numbers of a day are, and why they were others; the figures count the difference.

    Raises:
        ForbiddenError, OutOfScopeError: not who runs venues of this unit.
        VenueNotFoundError, CountNotFoundError: there is none.
        CountMonthOverError, CountExceedsVenueError: as their names say.
        CountCorrectedError: it was corrected already.
    """
    venue = venue_to_run(connection, context, venue_id)
    wrong = store.find_count(connection, venue_id, count_id)
    count = replace(
        wrong,
        count_id=id_from_cause(context.cause, "count", str(count_id)),
        visitors=numbers.visitors,
        meals=numbers.meals,
        entered_by=context.caller_id,
        entered_at=context.now,
        revision=wrong.revision + 1,
        corrects=count_id,
        why=context.why,
    )
    refuse_count(venue, count, figures_upto=counted_store.begin_counting(connection))
    if not store.add_count(connection, count):
        raise CountCorrectedError
    _add_to_figures(connection, count, Numbers(wrong.visitors, wrong.meals))
    return count


def _add_to_figures(connection: Connection, count: Count, before: Numbers) -> None:
    changed: Mapping[Kind, int] = {
        Kind.VISITORS: count.visitors - before.visitors,
        Kind.MEALS_GIVEN: count.meals - before.meals,
    }
    counted_store.write_entries(
        connection,
        [
            Entry(kind, count.entered_at, count.count_id, count.unit_id, number)
            for kind, number in changed.items()
            if number
        ],
    )
