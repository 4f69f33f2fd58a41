"""Reads of estates: plain SQL, no lock, no rule."""

import sqlalchemy as sa

from libs.http.lists import Listing, equals
from services.redemption.core.store.narrowing import at_home_within, below
from services.redemption.estates.tables import estate

ESTATES = Listing(
    sa.select(*(column for column in estate.c if column.name != "to_district_id")),
    order=(estate.c.proposed_at, estate.c.estate_id),
    narrowed={
        "person": equals(estate.c.person_id),
        "unit": at_home_within(estate.c.person_id),
        "state": equals(estate.c.state),
    },
    scope=("person", "unit"),
    looked_up={"unit": below},
    newest_first=True,
)
"""What is proposed and decided."""


DECIDED = """
    SELECT estate_id AS id, state FROM estate WHERE estate_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
