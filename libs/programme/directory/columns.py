"""The columns that a service may keep of a person: what each is made of, and how it is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from libs.programme.directory.states import PersonTold

MILLIDEGREE_E6 = 1000
INTACT = "intact"
RECIPIENT = "recipient"


@dataclass(frozen=True)
class Derived:
    """A column made of what is told; `nullable` where it may be unknown."""

    kind: Any
    make: Callable[[PersonTold], object]
    nullable: bool = False
    default: str | None = None


def _home(name: str) -> Callable[[PersonTold], int | None]:
    def read(state: PersonTold) -> int | None:
        millidegrees: int = getattr(state, f"home_{name}_millideg")
        return millidegrees * MILLIDEGREE_E6 if state.home_known else None

    return read


PERSON_COLUMNS: dict[str, Derived] = {
    "status": Derived(sa.Text, lambda state: state.status),
    "home_unit_id": Derived(sa.Uuid, lambda state: state.home_unit_id),
    # Staff at home in the city itself belong to no district: the city stands for it.
    "district_id": Derived(sa.Uuid, lambda state: state.district_id or state.home_unit_id),
    "born": Derived(sa.Date, lambda state: state.born, nullable=True),
    "sex": Derived(sa.Text, lambda state: state.sex),
    "grade": Derived(sa.Text, lambda state: state.grade or INTACT),
    "hardship": Derived(ARRAY(sa.Text), lambda state: sorted(state.hardship)),
    "household_id": Derived(sa.Uuid, lambda state: state.household_id, nullable=True),
    "household_verified": Derived(sa.Boolean, lambda state: state.household_verified),
    "is_recipient": Derived(sa.Boolean, lambda state: any(held.role == RECIPIENT for held in state.roles)),
    "roles": Derived(ARRAY(sa.Text), lambda state: sorted({held.role for held in state.roles})),
    "died_on": Derived(sa.Date, lambda state: state.died_on, nullable=True),
    "latitude_e6": Derived(sa.Integer, _home("latitude"), nullable=True),
    "longitude_e6": Derived(sa.Integer, _home("longitude"), nullable=True),
    "training": Derived(sa.Boolean, lambda state: state.qualifications.training),
    "clean_record": Derived(sa.Boolean, lambda state: state.qualifications.clean_record),
    "insured_until": Derived(sa.Date, lambda state: state.qualifications.insured_until, nullable=True),
    "certificates": Derived(ARRAY(sa.Text), lambda state: sorted(state.qualifications.certificates)),
    "visit_risk": Derived(sa.Text, lambda state: state.visit_risk),
    "visit_listed_on": Derived(sa.Date, lambda state: state.visit_listed_on, nullable=True),
    "known_to": Derived(ARRAY(sa.Uuid), lambda state: sorted(state.known_to)),
    "speaks": Derived(ARRAY(sa.Text), lambda state: sorted(state.speaks), default="{}"),
}
