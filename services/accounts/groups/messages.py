"""What the others are told of groups."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import Cause, tells
from services.accounts.core.messages import tell_state
from services.accounts.groups.rules import Group


@tells(accounts.GroupState, subject="group_id")
@dataclass(frozen=True, kw_only=True)
class GroupState:
    """Who serves together, without the name."""

    group_id: UUID
    version: int
    unit_id: UUID
    district_id: UUID | None
    leader_id: UUID
    member_ids: tuple[UUID, ...]
    active: bool


def tell_group(connection: Connection, context: Cause, group: Group) -> None:
    """Publish who serves together."""
    state = GroupState(
        group_id=group.group_id,
        version=group.version,
        unit_id=group.unit_id,
        district_id=group.district_id,
        leader_id=group.leader_id,
        member_ids=tuple(group.member_ids),
        active=group.is_active,
    )
    tell_state(connection, context, state, of=("group", group.group_id), version=group.version)
