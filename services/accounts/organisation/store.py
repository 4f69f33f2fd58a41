"""The units of the tree, as a list."""

from libs.http import Cursor
from libs.http.pages import an_id
from services.accounts.core.store.listing import Listing, equals
from services.accounts.core.store.tables import unit

UNITS = Listing(
    table=unit,
    cursor=Cursor(unit_id=an_id),
    order=unit.c.unit_id,
    narrowed={"level": equals(unit.c.level), "parent": equals(unit.c.parent_id)},
)
"""Units of a level, or below a parent."""
