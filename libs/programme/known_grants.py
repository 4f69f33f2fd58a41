"""The acting grants as a service keeps them from events: its own tables, one form and one question in all services.

`relation` is the service's own table of relations, with `person_id`, `relative_id`, `kind` and `verified`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.clock import local_date
from libs.db.driver import run
from libs.db.grants import Operations, grant
from libs.db.rows import delete_rows, save_row
from libs.programme.acting import ConsentHow
from libs.programme.acting_grants import EVERY_ACT, GrantedAct, GrantedScope, choose_grant, refuse_beyond_month
from libs.programme.words import DIRECT_KINSHIP

metadata = sa.MetaData()
acting_grant = sa.Table(
    "acting_grant",
    metadata,
    sa.Column("grant_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("relative_id", sa.Uuid, nullable=False, index=True),
    sa.Column("acts", ARRAY(sa.Text), nullable=False),
    sa.Column("minutes_per_month", sa.Integer),
    sa.Column("until", sa.Date),
)
grant_use = sa.Table(
    "grant_use",
    metadata,
    sa.Column("use_id", sa.Uuid, primary_key=True),
    sa.Column("grant_id", sa.Uuid, nullable=False),
    sa.Column("month", sa.Date, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Index("grant_use_of_month", "grant_id", "month"),
)

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(grant)s, 13))"
_LOCK_FOR = """
    SELECT pg_advisory_xact_lock(hashtextextended(({key})::text, {space})) WHERE %(may)s OR EXISTS (
        SELECT 1 FROM acting_grant WHERE person_id = ANY(ARRAY[{whose}]::uuid[]) AND relative_id = %(caller_id)s)"""
_GRANTS = "SELECT grant_id, person_id, acts, minutes_per_month, until FROM acting_grant"
_BETWEEN = f"{_GRANTS} WHERE person_id = %(person_id)s AND relative_id = %(relative_id)s"
_TO_RELATIVE = f"""
{_GRANTS} g WHERE g.relative_id = %(relative_id)s AND EXISTS (
    SELECT 1 FROM relation r WHERE r.verified AND r.kind = ANY(%(direct)s)
    AND ((r.person_id = g.person_id AND r.relative_id = g.relative_id)
      OR (r.person_id = g.relative_id AND r.relative_id = g.person_id)))"""
_USED = "SELECT coalesce(sum(minutes), 0) FROM grant_use WHERE grant_id = %(grant_id)s AND month = %(month)s"


@dataclass(frozen=True, kw_only=True)
class ActFor:
    """Something done for somebody, as it is told: by whom, under which grant (None = staff); no words of theirs."""

    use_id: UUID
    district_id: UUID
    person_id: UUID
    actor_id: UUID
    grant_id: UUID | None
    act: GrantedAct
    subject_id: UUID
    minutes: int
    consent_how: ConsentHow
    consent_given_at: datetime
    at: datetime


def create_known_grants(op: Operations) -> None:
    """Create the tables; called by the first migration of a service that hears of grants by events."""
    metadata.create_all(op.get_bind())
    grant(op, "SELECT, INSERT, UPDATE, DELETE", acting_grant.name, grant_use.name)


class Told(Protocol):
    """A grant as accounts tells it."""

    @property
    def grant_id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID: ...
    @property
    def relative_id(self) -> UUID: ...
    @property
    def active(self) -> bool: ...
    @property
    def acts(self) -> tuple[str, ...]: ...
    @property
    def minutes_per_month(self) -> int | None: ...
    @property
    def until(self) -> date | None: ...


def save_grant(connection: Connection, state: Told) -> None:
    """Keep a grant until it ends; one that names no acts was told before grants had a scope, and means every act."""
    if not state.active:
        delete_rows(connection, acting_grant, grant_id=state.grant_id)
        return
    row = {
        "grant_id": state.grant_id,
        "person_id": state.person_id,
        "relative_id": state.relative_id,
        "acts": sorted(state.acts) or sorted(EVERY_ACT),
        "minutes_per_month": state.minutes_per_month,
        "until": state.until,
    }
    save_row(connection, acting_grant, row)


@dataclass(frozen=True)
class UseTold:
    """What another service said was done under a grant (ActedFor)."""

    use_id: UUID
    grant_id: UUID | None
    minutes: int
    at: datetime


def save_use(connection: Connection, state: UseTold) -> None:
    """Count it towards the grant's month."""
    if state.grant_id and state.minutes:
        _count(connection, state.use_id, state.grant_id, local_date(state.at), state.minutes)


def forget_grant(connection: Connection, grant_id: UUID) -> None:
    """Nobody acts by it any more."""
    delete_rows(connection, acting_grant, grant_id=grant_id)


def forget_grants_of(connection: Connection, person_id: UUID) -> None:
    """Delete the grants that an erased person gave or held."""
    of_them = (acting_grant.c.person_id == person_id) | (acting_grant.c.relative_id == person_id)
    connection.execute(acting_grant.delete().where(of_them))


def use_grant(
    connection: Connection, *, person_id: UUID, relative_id: UUID, act: GrantedAct, minutes: int, day: date
) -> GrantedScope:
    """Return the grant under which a relative does something on a day; whether they are relatives is asked elsewhere.

    Raises:
        ConsentMissingError, GrantEndedError, GrantOutOfScopeError: as `choose_grant`.
        GrantMinutesExceededError: more minutes than the grant allows this month.
    """
    rows = run(connection, _BETWEEN, {"person_id": person_id, "relative_id": relative_id}).fetchall()
    chosen = choose_grant(_scopes(rows), act, day=day)
    if minutes and chosen.minutes_per_month is not None:
        run(connection, _LOCK, {"grant": str(chosen.grant_id)})
        terms = {"grant_id": chosen.grant_id, "month": day.replace(day=1)}
        row = run(connection, _USED, terms).fetchone()
        refuse_beyond_month(chosen, used_minutes=int(row[0]) if row else 0, minutes=minutes)
    return chosen


def lock_for(
    connection: Connection, key: str, terms: Mapping[str, Any], *, space: int, may: bool, whose: str = ""
) -> None:
    """Let one decision of this key (SQL for a text) be made at a time, where the caller may be let to make it at all.

    That is in their own right (`may`: it is about them, or they hold a role of the power somewhere), or as `caller_id`
    under a grant of one of those (SQL for ids) `whose` affair it is. The rules refuse everybody else, who holds nobody
    up.
    """
    run(connection, _LOCK_FOR.format(key=key, space=space, whose=whose), {**terms, "may": may})


def count_use(connection: Connection, done: ActFor) -> None:
    """Count the minutes of what was done under a grant in this service."""
    if done.grant_id is not None and done.minutes:
        _count(connection, done.use_id, done.grant_id, local_date(done.at), done.minutes)


def seen_by(connection: Connection, relative_id: UUID, *, day: date) -> frozenset[UUID]:
    """Return the people about whom a relative may see what a grant of theirs is about, on a day."""
    rows = run(connection, _TO_RELATIVE, {"relative_id": relative_id, "direct": list(DIRECT_KINSHIP)}).fetchall()
    return frozenset(scope.person_id for scope in _scopes(rows) if scope.lasts_on(day) and scope.covers(GrantedAct.SEE))


def _count(connection: Connection, use_id: UUID, grant_id: UUID, day: date, minutes: int) -> None:
    row = {"use_id": use_id, "grant_id": grant_id, "month": day.replace(day=1), "minutes": minutes}
    save_row(connection, grant_use, row)


def _scopes(rows: Sequence[Any]) -> list[GrantedScope]:
    return [
        GrantedScope(grant_id, person_id, frozenset(act for act in GrantedAct if act in acts), minutes_per_month, until)
        for grant_id, person_id, acts, minutes_per_month, until in rows
    ]
