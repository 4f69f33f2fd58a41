"""Places that Chinese maps shift are turned back."""

from __future__ import annotations

import pytest

from services.orders.core.rules.datum import Datum, in_gcj02, in_wgs84
from services.orders.core.rules.people import Place

PUBLISHED = [
    (Place(31_177428, 121_527211), Place(31_175304, 121_531542)),  # Shanghai
    (Place(22_543847, 113_912316), Place(22_540796, 113_917176)),  # Shenzhen
    (Place(39_911954, 116_377817), Place(39_913345, 116_384047)),  # Beijing
]
"""Pairs that implementations of the shift are tested by."""


@pytest.mark.parametrize(("satellite", "chart"), PUBLISHED)
def test_a_place_of_a_chinese_map_is_turned_back(satellite: Place, chart: Place) -> None:
    assert in_gcj02(satellite).metres_to(chart) <= 1
    assert in_wgs84(chart, Datum.GCJ02).metres_to(satellite) <= 1
    assert satellite.metres_to(chart) > 400


def test_what_is_told_in_wgs84_or_lies_elsewhere_is_not_moved() -> None:
    shanghai, paris = Place(31_230000, 121_470000), Place(48_856600, 2_352200)

    assert in_wgs84(shanghai, Datum.WGS84) == shanghai
    assert in_wgs84(paris, Datum.GCJ02) == paris
