"""How stars are reached."""

from __future__ import annotations

import pytest

from services.orders.service_time.rules.stars import stars_of
from services.orders.tests.cases import policy


@pytest.mark.parametrize(("minutes", "stars"), [(5999, 0), (6000, 1), (59_999, 3), (60_000, 4), (90_000, 5)])
def test_stars_are_reached_at_their_hours(minutes: int, stars: int) -> None:
    assert stars_of(policy(), minutes) == stars
