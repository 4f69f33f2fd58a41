"""What the others are told of relations and grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import Cause, tells
from libs.ids import id_from_cause
from libs.programme.acting import ConsentHow
from libs.programme.acting_grants import GrantedAct
from libs.programme.words import Kinship
from services.accounts.core.messages import tell_state
from services.accounts.relations.rules.grants import ActingGrant
from services.accounts.relations.rules.relations import Relation


@tells(accounts.RelationState, subject="relation_id")
@dataclass(frozen=True, kw_only=True)
class RelationState:
    """How somebody is related to a person, seen from that person's side."""

    relation_id: UUID
    version: int
    person_id: UUID
    relative_id: UUID
    kind: Kinship
    verified: bool
    active: bool
    declared_by: UUID


@tells(accounts.ActingGrantState, subject="grant_id")
@dataclass(frozen=True, kw_only=True)
class ActingGrantState:
    """Who may act for whom."""

    grant_id: UUID
    version: int
    person_id: UUID
    relative_id: UUID
    how: ConsentHow
    recorded_by: UUID
    active: bool
    acts: tuple[GrantedAct, ...]
    minutes_per_month: int | None
    until: date


def tell_relation(connection: Connection, context: Cause, relation: Relation) -> None:
    """Publish one relation as seen from both sides; the ids of both are derived from its own."""
    there = _relation(relation, relation.relation_id, relation.person_id, relation.relative_id, relation.kind)
    inverse_id = id_from_cause(relation.relation_id, "inverse")
    back = _relation(relation, inverse_id, relation.relative_id, relation.person_id, relation.kind.inverse)
    for side in (there, back):
        tell_state(connection, context, side, of=("relation", side.relation_id), version=side.version)


def _relation(
    relation: Relation, relation_id: UUID, person_id: UUID, relative_id: UUID, kind: Kinship
) -> RelationState:
    return RelationState(
        relation_id=relation_id,
        version=relation.version,
        person_id=person_id,
        relative_id=relative_id,
        kind=kind,
        verified=relation.verified,
        active=relation.is_active,
        declared_by=relation.recorded_by,
    )


def tell_acting_grant(connection: Connection, context: Cause, grant: ActingGrant) -> None:
    """Publish who may act for whom."""
    state = ActingGrantState(
        grant_id=grant.grant_id,
        version=grant.version,
        person_id=grant.person_id,
        relative_id=grant.relative_id,
        how=grant.consent.how,
        recorded_by=grant.recorded_by,
        active=grant.is_active,
        acts=tuple(grant.acts),
        minutes_per_month=grant.minutes_per_month,
        until=grant.until,
    )
    tell_state(connection, context, state, of=("grant", grant.grant_id), version=grant.version)
