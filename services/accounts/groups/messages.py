"""What the others are told of groups."""

from datetime import datetime

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import state_event, text_of
from services.accounts.groups.rules import Group


def group_state(group: Group, *, now: datetime) -> OutgoingEvent:
    """Return who serves together, without the name."""
    state = wire.GroupState(
        group_id=str(group.group_id),
        version=group.version,
        unit_id=str(group.unit_id),
        district_id=text_of(group.district_id),
        leader_id=str(group.leader_id),
        member_ids=[str(member_id) for member_id in group.member_ids],
        active=group.is_active,
    )
    return state_event(state, subject_id=group.group_id, kind="group", version=group.version, now=now)
