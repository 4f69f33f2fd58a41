"""Which member of a Kafka group reads which partition: every topic is shared evenly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.protocol.consumer.metadata import ConsumerProtocolAssignment


class _Interest(NamedTuple):
    """What a member says about one topic."""

    topics: list[str]
    owned_partitions: list[Any]
    generation_id: int


class _Member(NamedTuple):
    member_id: str
    metadata: _Interest


class EvenlyByTopic(CooperativeStickyAssignor):  # type: ignore[misc]  # kafka-python has no types.
    """Cooperative and sticky, topic by topic.

    The library's own counts the partitions of all topics together. A member that comes second to a group is then given
    the partitions of quiet topics and none of a busy one, and the first goes on doing all the work alone.
    """

    name = "cooperative-sticky-by-topic"

    def assign(self, cluster: Any, members: Iterable[Any]) -> dict[str, ConsumerProtocolAssignment]:
        """Share each topic as if there were no other; return what each member is to have."""
        members = list(members)
        shared: dict[str, list[tuple[str, list[int]]]] = {member.member_id: [] for member in members}
        for topic in sorted({topic for member in members for topic in member.metadata.topics}):
            alone = [_only(topic, member) for member in members if topic in member.metadata.topics]
            for member_id, assignment in super().assign(cluster, alone).items():
                shared[member_id] += assignment.assigned_partitions
        return {
            member_id: ConsumerProtocolAssignment(self.version, partitions, b"")
            for member_id, partitions in shared.items()
        }


def _only(topic: str, member: Any) -> _Member:
    owned = [place for place in member.metadata.owned_partitions or () if place.topic == topic]
    return _Member(member.member_id, _Interest([topic], owned, member.metadata.generation_id))
