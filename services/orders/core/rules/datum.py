"""Maps of China are shifted: what a telephone calls GCJ-02 is turned into WGS-84, in which everything here is kept."""

from __future__ import annotations

import math
from enum import StrEnum

from services.orders.core.rules.people import MICRODEGREES, Place

AXIS_M, ECCENTRICITY_SQUARED = 6_378_245.0, 0.006_693_421_622_965_943
"""Of the ellipsoid of Krasovsky, of 1940, on which the shift was made."""
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347
_CENTRE_LATITUDE, _CENTRE_LONGITUDE = 35.0, 105.0
ROUNDS = 4
"""After these the error of turning back is less than a millionth of a degree."""


class Datum(StrEnum):
    """In which coordinates a place is told: those of satellites (a browser's), or those of Chinese maps."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


def in_wgs84(place: Place, datum: Datum) -> Place:
    """Return a place in WGS-84, whatever it was told in."""
    if datum is Datum.WGS84:
        return place
    place_there = place
    for _ in range(ROUNDS):
        shown = in_gcj02(place_there)
        place_there = Place(
            place_there.latitude_e6 + place.latitude_e6 - shown.latitude_e6,
            place_there.longitude_e6 + place.longitude_e6 - shown.longitude_e6,
        )
    return place_there


def in_gcj02(place: Place) -> Place:
    """Return where a Chinese map shows a place; outside China maps are not shifted."""
    latitude, longitude = place.latitude_e6 / MICRODEGREES, place.longitude_e6 / MICRODEGREES
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        return place
    x, y = longitude - _CENTRE_LONGITUDE, latitude - _CENTRE_LATITUDE
    at = math.radians(latitude)
    curve = 1 - ECCENTRICITY_SQUARED * math.sin(at) ** 2
    up = math.degrees(_up(x, y) * curve * math.sqrt(curve) / (AXIS_M * (1 - ECCENTRICITY_SQUARED)))
    across = math.degrees(_across(x, y) * math.sqrt(curve) / (AXIS_M * math.cos(at)))
    return Place(place.latitude_e6 + round(up * MICRODEGREES), place.longitude_e6 + round(across * MICRODEGREES))


def _up(x: float, y: float) -> float:
    """Return the shift to the north in metres."""
    straight = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    return (
        straight
        + _waves(x, (20, 6), (20, 2))
        + _waves(y, (20, 1), (40, 1 / 3))
        + _waves(y, (160, 1 / 12), (320, 1 / 30))
    )


def _across(x: float, y: float) -> float:
    """Return the shift to the east in metres."""
    straight = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    waves = _waves(x, (20, 6), (20, 2)) + _waves(x, (20, 1), (40, 1 / 3)) + _waves(x, (150, 1 / 12), (300, 1 / 30))
    return straight + waves


def _waves(along: float, *waves: tuple[float, float]) -> float:
    """Return two thirds of a sum of waves: each has a height and a number of half turns for a degree."""
    return sum(height * math.sin(turns * along * math.pi) for height, turns in waves) * 2 / 3
