"""What is read without a rule or a lock: the tree, policies, records, who viewed whom."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from services.accounts.domain.acting import ActingGrant
from services.accounts.domain.deaths import Death, DeathState
from services.accounts.domain.erasure import Erasure, ErasureState
from services.accounts.domain.findings import RECORD_WAITS_DAYS_MAX
from services.accounts.domain.groups import Group
from services.accounts.domain.policy import Policy
from services.accounts.domain.relations import Relation
from services.accounts.domain.units import Unit
from services.accounts.store.death_store import death_of
from services.accounts.store.erasure_store import erasure_of
from services.accounts.store.group_store import group_of
from services.accounts.store.policy_store import PolicyStore, policy_of
from services.accounts.store.record_store import acting_grant_of, relation_of
from services.accounts.store.tables import (
    access_log,
    acted_for,
    acting_grant,
    death,
    erasure,
    person,
    policy,
    relation,
    unit,
    volunteer_group,
)
from services.accounts.store.unit_store import unit_of


def units(
    connection: Connection, *, level: str | None, parent_id: UUID | None, after: UUID | None, limit: int
) -> list[Unit]:
    """Return units by id."""
    query = sa.select(unit).order_by(unit.c.unit_id).limit(limit)
    if level:
        query = query.where(unit.c.level == level)
    if parent_id:
        query = query.where(unit.c.parent_id == parent_id)
    if after:
        query = query.where(unit.c.unit_id > after)
    return [unit_of(row) for row in connection.execute(query)]


def policies(
    connection: Connection, *, district_id: UUID | None, state: str | None, after: UUID | None, limit: int
) -> list[Policy]:
    """Return versions of districts' rules, proposed, published and turned down, by id."""
    query = sa.select(policy).order_by(policy.c.policy_id).limit(limit)
    if district_id:
        query = query.where(policy.c.district_id == district_id)
    if state:
        query = query.where(policy.c.state == state)
    if after:
        query = query.where(policy.c.policy_id > after)
    return [policy_of(row) for row in connection.execute(query)]


def policy_in_force(connection: Connection, *, district_id: UUID, on: date) -> Policy | None:
    """Return the version of a district's rules that is in force on a local day."""
    return PolicyStore(connection).in_force(district_id, on)


def erasure_decided(connection: Connection, erasure_ids: Iterable[UUID]) -> dict[UUID, dict[str, object]]:
    """Return those of the erasures that are decided, with state and code."""
    query = sa.select(erasure).where(
        erasure.c.erasure_id.in_(list(erasure_ids)), erasure.c.state != ErasureState.PENDING
    )
    return {row.erasure_id: {"state": row.state, "code": row.code} for row in connection.execute(query)}


def last_erasure(connection: Connection, person_id: UUID) -> Erasure | None:
    """Return the erasure of a person that was asked for last."""
    query = sa.select(erasure).where(erasure.c.person_id == person_id).order_by(erasure.c.erasure_id.desc()).limit(1)
    row = connection.execute(query).first()
    return erasure_of(row) if row else None


def relations_of(connection: Connection, person_id: UUID) -> list[Relation]:
    """Return the active relations of a person, recorded from either side."""
    either = sa.or_(relation.c.person_id == person_id, relation.c.relative_id == person_id)
    query = sa.select(relation).where(either, relation.c.is_active).order_by(relation.c.relation_id)
    return [relation_of(row) for row in connection.execute(query)]


def acting_grants_of(connection: Connection, person_id: UUID) -> list[ActingGrant]:
    """Return the grants in force that a person gave or holds."""
    either = sa.or_(acting_grant.c.person_id == person_id, acting_grant.c.relative_id == person_id)
    query = sa.select(acting_grant).where(either, acting_grant.c.is_active).order_by(acting_grant.c.grant_id)
    return [acting_grant_of(row) for row in connection.execute(query)]


def groups_at(connection: Connection, *, unit_id: UUID, after: UUID | None, limit: int) -> list[Group]:
    """Return the groups of a unit and below, by id."""
    query = (
        sa.select(volunteer_group)
        .join(unit, unit.c.unit_id == volunteer_group.c.unit_id)
        .where(unit.c.path.overlap(sa.cast([unit_id], ARRAY(sa.Uuid))))
    )
    if after:
        query = query.where(volunteer_group.c.group_id > after)
    return [group_of(row) for row in connection.execute(query.order_by(volunteer_group.c.group_id).limit(limit))]


def groups_of(connection: Connection, person_id: UUID) -> list[Group]:
    """Return the active groups that a person leads or belongs to, by id."""
    concerns = (volunteer_group.c.leader_id == person_id) | volunteer_group.c.member_ids.contains([person_id])
    query = sa.select(volunteer_group).where(concerns, volunteer_group.c.is_active)
    return [group_of(row) for row in connection.execute(query.order_by(volunteer_group.c.group_id))]


def deaths_at(
    connection: Connection, *, unit_id: UUID, state: DeathState | None, now: datetime, after: UUID | None, limit: int
) -> list[Death]:
    """Return the deaths recorded of people at home in a unit and below, by id."""
    query = (
        sa.select(death)
        .join(person, person.c.person_id == death.c.person_id)
        .join(unit, unit.c.unit_id == person.c.home_unit_id)
        .where(unit.c.path.overlap(sa.cast([unit_id], ARRAY(sa.Uuid))), *_in_state(state, now))
    )
    if after:
        query = query.where(death.c.death_id > after)
    return [death_of(row) for row in connection.execute(query.order_by(death.c.death_id).limit(limit))]


def _in_state(state: DeathState | None, now: datetime) -> list[sa.ColumnElement[bool]]:
    """What waits and what has lapsed stand alike in the table; the time since tells them apart."""
    if state is None:
        return []
    if state not in (DeathState.WAITING, DeathState.LAPSED):
        return [death.c.state == state]
    bound = now - timedelta(days=RECORD_WAITS_DAYS_MAX)
    in_time = death.c.recorded_at >= bound if state is DeathState.WAITING else death.c.recorded_at < bound
    return [death.c.state == DeathState.WAITING, in_time]


def acts_under_grant(connection: Connection, grant_id: UUID, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Return what was done under a grant, newest first."""
    return _acts(connection, acted_for.c.grant_id == grant_id, before=before, limit=limit)


def acts_for(
    connection: Connection, person_id: UUID, *, actor_id: UUID | None, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return what was done for a person, by anybody or by one, newest first."""
    wanted = acted_for.c.person_id == person_id
    if actor_id is not None:
        wanted &= acted_for.c.actor_id == actor_id
    return _acts(connection, wanted, before=before, limit=limit)


def _acts(
    connection: Connection, wanted: sa.ColumnElement[bool], *, before: int | None, limit: int
) -> list[dict[str, Any]]:
    query = sa.select(acted_for).where(wanted).order_by(acted_for.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(acted_for.c.number < before)
    return [dict(row._mapping) for row in connection.execute(query)]


def views_of(connection: Connection, *, person_id: UUID, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Return who looked at a person's data, newest first."""
    query = (
        sa.select(access_log)
        .where(access_log.c.person_id == person_id)
        .order_by(access_log.c.number.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(access_log.c.number < before)
    return [dict(row._mapping) for row in connection.execute(query)]
