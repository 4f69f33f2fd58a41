"""Places as callers name them."""

from __future__ import annotations

from decimal import Decimal

from services.orders.core.rules.datum import Datum, in_wgs84
from services.orders.core.rules.people import MICRODEGREES, Place
from services.orders.core.store.rows import Row


def place_of(terms: Row) -> Place | None:
    """Return the place that the caller named, in millionths of a degree of WGS-84."""
    place = terms.get("place")
    if not place:
        return None
    named = Place(_millionths(place["latitude"]), _millionths(place["longitude"]))
    return in_wgs84(named, Datum(place["datum"]))


def place_of_text(text: str) -> Place:
    """Return the place of "latitude,longitude"."""
    latitude, longitude = (_millionths(Decimal(part)) for part in text.split(","))
    return Place(latitude, longitude)


def _millionths(degrees: Decimal) -> int:
    return int((degrees * MICRODEGREES).to_integral_value())
