"""Venues, and who was told the code of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.db.rows import change_rows, find_row, save_row
from libs.http.lists import Listing, equals, from_on, one_of
from services.orders.core.rules.people import Place
from services.orders.core.store.rows import place_of
from services.orders.core.store.tables import INSTANT, table_of
from services.orders.venues.refusals import CountNotFoundError, VenueNotFoundError
from services.orders.venues.rules import Count, Venue, VenueKind

READERS_MAX = 50

venue = table_of(
    "venue",
    "venue_id",
    venue_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    kind=sa.Text,
    name=sa.Text,
    address=sa.Text,
    capacity=sa.Integer,
    latitude_e6=sa.Integer,
    longitude_e6=sa.Integer,
    registered_by=sa.Uuid,
    registered_at=INSTANT,
    closed_by=sa.Uuid,
    closed_at=INSTANT,
)
venue_code_reader = table_of(
    "venue_code_reader", "venue_id person_id", venue_id=sa.Uuid, person_id=sa.Uuid, read_at=INSTANT
)
venue_count = table_of(
    "venue_count",
    "count_id",
    count_id=sa.Uuid,
    venue_id=sa.Uuid,
    unit_id=sa.Uuid,
    day=sa.Date,
    revision=sa.Integer,
    visitors=sa.Integer,
    meals=sa.Integer,
    entered_by=sa.Uuid,
    entered_at=INSTANT,
    corrects=sa.Uuid,
    why=sa.Text,
)
_CORRECTION = venue_count.alias()
_CORRECTED_BY = (
    sa.select(_CORRECTION.c.count_id).where(_CORRECTION.c.corrects == venue_count.c.count_id).scalar_subquery()
)
COUNTS = Listing(
    sa.select(venue_count, _CORRECTED_BY.label("corrected_by")),
    order=(venue_count.c.day, venue_count.c.venue_id, venue_count.c.revision),
    narrowed={
        "units": one_of(venue_count.c.unit_id),
        "venue": equals(venue_count.c.venue_id),
        "first": from_on(venue_count.c.day),
        "last": lambda day: venue_count.c.day <= day,
        "standing": lambda _: _CORRECTED_BY.is_(None),
    },
    scope=("units",),
)
"""What was counted at venues, by day; what was corrected before what corrects it."""
VENUES = Listing(
    sa.select(venue),
    order=(venue.c.name, venue.c.venue_id),
    narrowed={
        "units": one_of(venue.c.unit_id),
        "open": lambda is_open: venue.c.closed_at.is_(None) if is_open else venue.c.closed_at.is_not(None),
    },
    scope=("units", "open"),
)


def venue_of(row: Mapping[str, Any]) -> Venue:
    """Return the venue of a row."""
    plain = {name: value for name, value in row.items() if name not in ("latitude_e6", "longitude_e6", "kind")}
    return Venue(**plain, kind=VenueKind(row["kind"]), place=place_of(row["latitude_e6"], row["longitude_e6"]))


def add_venue(connection: Connection, new: Venue) -> bool:
    """Add a venue; False when its id is taken."""
    columns = {name: value for name, value in vars(new).items() if name != "place"} | _at(new.place)
    added = insert(venue).values(columns).on_conflict_do_nothing().returning(venue.c.venue_id)
    return connection.execute(added).first() is not None


def _at(place: Place | None) -> dict[str, int | None]:
    return {
        "latitude_e6": None if place is None else place.latitude_e6,
        "longitude_e6": None if place is None else place.longitude_e6,
    }


def find_venue(connection: Connection, venue_id: UUID) -> Venue:
    """Return a venue.

    Raises:
        VenueNotFoundError: there is none.
    """
    row = find_row(connection, venue, venue_id=venue_id)
    if row is None:
        raise VenueNotFoundError
    return venue_of(row._asdict())


def names_of(connection: Connection, venue_ids: set[UUID]) -> dict[UUID, str]:
    """Return what venues are called."""
    rows = connection.execute(sa.select(venue.c.venue_id, venue.c.name).where(venue.c.venue_id.in_(venue_ids)))
    return {row.venue_id: row.name for row in rows} if venue_ids else {}


def close_venue(connection: Connection, venue_id: UUID, *, by: UUID, at: datetime) -> None:
    """Note that a venue is closed."""
    change_rows(connection, venue, {"closed_by": by, "closed_at": at}, venue_id=venue_id)


def note_reader(connection: Connection, venue_id: UUID, person_id: UUID, at: datetime) -> None:
    """Note who was told the code of a venue, and when last."""
    save_row(connection, venue_code_reader, {"venue_id": venue_id, "person_id": person_id, "read_at": at})


def readers_of(connection: Connection, venue_id: UUID, *, since: datetime) -> list[UUID]:
    """Return who was told the code of a venue since an instant, the last first; at most READERS_MAX."""
    reader = venue_code_reader.c
    query = sa.select(reader.person_id).where(reader.venue_id == venue_id, reader.read_at >= since)
    return list(connection.scalars(query.order_by(reader.read_at.desc()).limit(READERS_MAX)))


def add_count(connection: Connection, count: Count) -> bool:
    """Add a count; False when its id is taken, the day has one already, or another corrects the same."""
    added = insert(venue_count).values(vars(count)).on_conflict_do_nothing().returning(venue_count.c.count_id)
    return connection.execute(added).first() is not None


def find_count(connection: Connection, venue_id: UUID, count_id: UUID) -> Count:
    """Return a count of a venue.

    Raises:
        CountNotFoundError: the venue has none of this id.
    """
    row = find_row(connection, venue_count, count_id=count_id, venue_id=venue_id)
    if row is None:
        raise CountNotFoundError
    return Count(**row._asdict())


def has_count(connection: Connection, count_id: UUID) -> bool:
    """Tell whether the id of a count is taken."""
    return find_row(connection, venue_count, count_id=count_id) is not None
