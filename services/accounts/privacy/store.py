"""Load and save who may see whose name and address, and who looked at whom."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.http.lists import Listing, equals
from services.accounts.core.store.tables import access_log
from services.accounts.privacy.tables import disclosure


def keep_months_of_views(connection: Connection) -> int:
    """Make the partitions of the months ahead, and drop those that were kept long enough; return how many."""
    return int(connection.scalar(sa.text("SELECT access_log_keep_months()")) or 0)


class DisclosureStore:
    """Who may see whose name and address, for as long as an order lasts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, *, order_id: UUID, volunteer_id: UUID, recipient_id: UUID, until: datetime) -> None:
        """Let the two sides of an order see each other until an instant."""
        row = {"order_id": order_id, "volunteer_id": volunteer_id, "recipient_id": recipient_id, "until": until}
        self._connection.execute(insert(disclosure).values(row).on_conflict_do_nothing())

    def end(self, order_id: UUID) -> None:
        """End what was disclosed for an order."""
        self._connection.execute(disclosure.delete().where(disclosure.c.order_id == order_id))

    def is_open(self, *, viewer_id: UUID, person_id: UUID, now: datetime) -> bool:
        """Tell whether two people are the two sides of an order that lasts."""
        pair = sa.or_(
            sa.and_(disclosure.c.volunteer_id == viewer_id, disclosure.c.recipient_id == person_id),
            sa.and_(disclosure.c.recipient_id == viewer_id, disclosure.c.volunteer_id == person_id),
        )
        return bool(self._connection.scalar(sa.select(sa.exists().where(pair, disclosure.c.until > now))))

    def serves(self, *, viewer_id: UUID, person_id: UUID, now: datetime) -> bool:
        """Tell whether somebody is the volunteer of an order for a person that lasts."""
        serving = sa.and_(disclosure.c.volunteer_id == viewer_id, disclosure.c.recipient_id == person_id)
        return bool(self._connection.scalar(sa.select(sa.exists().where(serving, disclosure.c.until > now))))

    def sides_of(self, viewer_id: UUID, *, now: datetime, limit: int) -> dict[UUID, bool]:
        """Return the other sides of the viewer's orders that last, up to a bound; true: the viewer goes there."""
        volunteer_id, recipient_id = disclosure.c.volunteer_id, disclosure.c.recipient_id
        query = sa.select(disclosure).where(sa.or_(volunteer_id == viewer_id, recipient_id == viewer_id))
        lasting = query.where(disclosure.c.until > now).order_by(disclosure.c.until).limit(limit)
        sides: dict[UUID, bool] = {}
        for row in self._connection.execute(lasting):
            other = row.recipient_id if row.volunteer_id == viewer_id else row.volunteer_id
            sides[other] = sides.get(other, False) or row.volunteer_id == viewer_id
        return sides

    def helpers_of(
        self, *, recipient_ids: Collection[UUID], volunteer_ids: Collection[UUID], now: datetime
    ) -> set[UUID]:
        """Return which of several volunteers have an order in hand for one of these recipients."""
        helping = sa.select(disclosure.c.volunteer_id).where(
            disclosure.c.recipient_id.in_(recipient_ids),
            disclosure.c.volunteer_id.in_(volunteer_ids),
            disclosure.c.until > now,
        )
        return set(self._connection.scalars(helping))

    def helped_by(self, *, volunteer_ids: Collection[UUID], now: datetime) -> dict[UUID, set[UUID]]:
        """Return for whom each of several volunteers has an order in hand."""
        helped: dict[UUID, set[UUID]] = {}
        query = sa.select(disclosure).where(disclosure.c.volunteer_id.in_(volunteer_ids), disclosure.c.until > now)
        for row in self._connection.execute(query):
            helped.setdefault(row.volunteer_id, set()).add(row.recipient_id)
        return helped

    def open_to(self, *, viewer_id: UUID, person_ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Return who of several people is the other side of an order of the viewer's that lasts."""
        volunteer_id, recipient_id = disclosure.c.volunteer_id, disclosure.c.recipient_id
        lasts = disclosure.c.until > now
        as_volunteer = sa.select(recipient_id).where(volunteer_id == viewer_id, recipient_id.in_(person_ids), lasts)
        as_recipient = sa.select(volunteer_id).where(recipient_id == viewer_id, volunteer_id.in_(person_ids), lasts)
        return set(self._connection.scalars(sa.union(as_volunteer, as_recipient)))


VIEWS = Listing(
    sa.select(access_log),
    order=(access_log.c.number,),
    narrowed={"person": equals(access_log.c.person_id)},
    scope=("person",),
    newest_first=True,
)
"""Who looked at a person's data."""
