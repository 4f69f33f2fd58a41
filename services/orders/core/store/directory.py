"""What orders knows of people, units, relations, grants, keys and rules: the columns that its rules read."""

from __future__ import annotations

import sqlalchemy as sa

from libs.programme.directory import Derived, Directory, PersonTold
from services.orders.core.rules.areas import square_of
from services.orders.core.rules.people import Place
from services.orders.core.store.memo import forget_all

MILLIDEGREE_E6 = 1000


def _area(told: PersonTold) -> Place | None:
    """Return the middle of the square in which somebody lives: what others may look for."""
    if not told.home_known:
        return None
    return square_of(Place(told.home_latitude_millideg * MILLIDEGREE_E6, told.home_longitude_millideg * MILLIDEGREE_E6))


def _area_latitude_e6(told: PersonTold) -> int | None:
    area = _area(told)
    return area.latitude_e6 if area else None


def _area_longitude_e6(told: PersonTold) -> int | None:
    area = _area(told)
    return area.longitude_e6 if area else None


DIRECTORY = Directory(
    {
        "status", "home_unit_id", "district_id", "born", "sex", "grade", "hardship", "household_id",
        "household_verified", "latitude_e6", "longitude_e6", "roles", "training", "clean_record", "insured_until",
        "certificates", "visit_risk", "visit_listed_on", "known_to", "speaks",
    },
    derived={
        "area_latitude_e6": Derived(sa.Integer, _area_latitude_e6, nullable=True),
        "area_longitude_e6": Derived(sa.Integer, _area_longitude_e6, nullable=True),
    },
    changed=forget_all,
)  # fmt: skip
