"""What the others are told of relations and grants."""

from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.ids import id_from_cause
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import state_event
from services.accounts.relations.rules.grants import ActingGrant
from services.accounts.relations.rules.relations import Relation


def relation_states(relation: Relation, *, now: datetime) -> tuple[OutgoingEvent, OutgoingEvent]:
    """Return one relation as seen from both sides; the ids of both are derived from its own."""
    inverse_id = id_from_cause(relation.relation_id, "inverse")
    there = _relation(relation, relation.relation_id, relation.person_id, relation.relative_id, relation.kind)
    back = _relation(relation, inverse_id, relation.relative_id, relation.person_id, relation.kind.inverse)
    return (
        state_event(there, subject_id=relation.relation_id, kind="relation", version=relation.version, now=now),
        state_event(back, subject_id=inverse_id, kind="relation", version=relation.version, now=now),
    )


def _relation(relation: Relation, relation_id: UUID, person_id: UUID, relative_id: UUID, kind: str) -> Message:
    return wire.RelationState(
        relation_id=str(relation_id),
        version=relation.version,
        person_id=str(person_id),
        relative_id=str(relative_id),
        kind=kind,
        verified=relation.verified,
        active=relation.is_active,
        declared_by=str(relation.recorded_by),
    )


def acting_grant_state(grant: ActingGrant, *, now: datetime) -> OutgoingEvent:
    """Return who may act for whom."""
    state = wire.ActingGrantState(
        grant_id=str(grant.grant_id),
        version=grant.version,
        person_id=str(grant.person_id),
        relative_id=str(grant.relative_id),
        how=grant.consent.how,
        recorded_by=str(grant.recorded_by),
        active=grant.is_active,
        acts=[act.value for act in grant.acts],
        minutes_per_month=grant.minutes_per_month or 0,
        until=grant.until.isoformat(),
    )
    return state_event(state, subject_id=grant.grant_id, kind="grant", version=grant.version, now=now)
