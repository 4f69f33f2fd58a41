"""Where somebody lives, as far as others may look for it: the square of a fixed grid, the same for everybody.

Distances are measured from the middle of one square to the middle of another and told in steps, so that no number of
questions, from whatever places, tells more than the square.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from services.orders.core.rules.people import MICRODEGREES, Place

GRID_M = 500
METRES_PER_DEGREE = 111_195
STEPS_M = (500, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 50_000)
_ROW_E6 = GRID_M * MICRODEGREES // METRES_PER_DEGREE
_WIDEST_E6 = 360 * MICRODEGREES


def square_of(place: Place) -> Place:
    """Return the middle of the square in which a place lies."""
    latitude_e6 = _middle(place.latitude_e6, _ROW_E6)
    return Place(latitude_e6, _middle(place.longitude_e6, _width_e6(latitude_e6)))


def steps_between(place: Place, other: Place) -> int | None:
    """Return the least step that is not less than the metres between two places' squares; None beyond the last."""
    metres = square_of(place).metres_to(square_of(other))
    return next((step for step in STEPS_M if metres <= step), None)


@dataclass(frozen=True)
class Around:
    """The squares around a place: the rows whose middles are within a span, and how far to look in each, in e6."""

    middle: Place
    span_e6: int

    @property
    def rows_e6(self) -> list[int]:
        """The latitudes of the rows' middles."""
        count = self.span_e6 // _ROW_E6
        return [self.middle.latitude_e6 + row * _ROW_E6 for row in range(-count, count + 1)]

    @property
    def across_e6(self) -> tuple[int, int]:
        """The longitudes between which a square's middle may lie."""
        shrunk = shrinking(self.middle.latitude_e6)
        reach = min(_WIDEST_E6, math.ceil(self.span_e6 / shrunk)) if shrunk > 0 else _WIDEST_E6
        return self.middle.longitude_e6 - reach, self.middle.longitude_e6 + reach


def around(place: Place, within_m: int) -> Around:
    """Return the squares whose middles are within some metres of the middle of a place's own."""
    return Around(square_of(place), within_m * MICRODEGREES // METRES_PER_DEGREE)


def shrinking(latitude_e6: int) -> float:
    """Return how long a degree along a circle of latitude is, beside one along a meridian."""
    return math.cos(math.radians(latitude_e6 / MICRODEGREES))


def _middle(degrees_e6: int, width_e6: int) -> int:
    return degrees_e6 // width_e6 * width_e6 + width_e6 // 2


def _width_e6(latitude_e6: int) -> int:
    """Return how wide the squares of a row are; at the poles one goes round."""
    shrunk = shrinking(latitude_e6)
    return min(_WIDEST_E6, round(_ROW_E6 / shrunk)) if shrunk > 0 else _WIDEST_E6
