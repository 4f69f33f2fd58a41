"""Load and save groups of volunteers."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.http.lists import Listing
from libs.programme.refusals import RecordNotFoundError
from services.accounts.core.store.narrowing import within
from services.accounts.groups.rules import Group
from services.accounts.groups.tables import volunteer_group


class GroupStore:
    """Groups of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, group_id: UUID) -> Group | None:
        """Return a group, locked, or None."""
        query = sa.select(volunteer_group).where(volunteer_group.c.group_id == group_id).with_for_update()
        row = self._connection.execute(query).first()
        return group_of(row) if row else None

    def group(self, group_id: UUID) -> Group:
        """Return a group, locked.

        Raises:
            RecordNotFoundError: there is none.
        """
        group = self.find(group_id)
        if group is None:
            raise RecordNotFoundError(group_id=group_id)
        return group

    def look(self, group_id: UUID) -> Group:
        """Return a group without a lock.

        Raises:
            RecordNotFoundError: there is none.
        """
        query = sa.select(volunteer_group).where(volunteer_group.c.group_id == group_id)
        row = self._connection.execute(query).first()
        if row is None:
            raise RecordNotFoundError(group_id=group_id)
        return group_of(row)

    def of_person(self, person_id: UUID) -> list[Group]:
        """Return the active groups that a person leads or is a member of, locked, by id."""
        query = sa.select(volunteer_group).where(_concerns(person_id), volunteer_group.c.is_active)
        rows = self._connection.execute(query.order_by(volunteer_group.c.group_id).with_for_update())
        return [group_of(row) for row in rows]

    def add(self, new: Group, *, at: datetime) -> None:
        """Save a new group."""
        self._connection.execute(volunteer_group.insert().values(registered_at=at, **_columns(new)))

    def save(self, changed: Group) -> None:
        """Save a changed or ended group."""
        self._connection.execute(
            volunteer_group.update().where(volunteer_group.c.group_id == changed.group_id).values(**_columns(changed))
        )


def group_of(row: sa.Row[Any]) -> Group:
    """Return the group of a row."""
    return Group(
        group_id=row.group_id,
        unit_id=row.unit_id,
        district_id=row.district_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        leader_id=row.leader_id,
        member_ids=tuple(row.member_ids),
        registered_by=row.registered_by,
        is_active=row.is_active,
        version=row.version,
    )


def _columns(of: Group) -> dict[str, object]:
    return {**asdict(of), "member_ids": list(of.member_ids)}


def _concerns(person_id: UUID) -> sa.ColumnElement[bool]:
    return (volunteer_group.c.leader_id == person_id) | volunteer_group.c.member_ids.contains([person_id])


GROUPS = Listing(
    sa.select(volunteer_group),
    order=(volunteer_group.c.group_id,),
    narrowed={
        "unit": within(volunteer_group.c.unit_id),
        "person": lambda person_id: sa.and_(_concerns(person_id), volunteer_group.c.is_active),
    },
    scope=("unit", "person"),
)
"""Groups of a unit and below, or the active ones that a person leads or belongs to."""
