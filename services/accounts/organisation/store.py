"""The units of the tree, as a list."""

import sqlalchemy as sa

from libs.http.lists import Listing, equals
from services.accounts.core.store.tables import unit

UNITS = Listing(
    sa.select(unit),
    order=(unit.c.unit_id,),
    narrowed={"level": equals(unit.c.level), "parent": equals(unit.c.parent_id)},
)
"""Units of a level, or below a parent."""
