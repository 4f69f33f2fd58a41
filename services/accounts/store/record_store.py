"""Load and save what is recorded about persons: relations, findings, acting grants, and who viewed whom."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.programme.acting import Consent, ConsentHow
from libs.programme.acting_grants import GrantedAct
from services.accounts.domain.acting import ActingGrant
from services.accounts.domain.errors import RecordNotFoundError
from services.accounts.domain.findings import Finding, FindingKind
from services.accounts.domain.persons import Grade, Hardship
from services.accounts.domain.relations import Relation, RelationKind
from services.accounts.store.tables import access_log, acted_for, acting_grant, consent as consents, finding, relation

_GRANT_PLAIN = (
    "grant_id", "person_id", "relative_id", "minutes_per_month", "until", "recorded_by", "is_active", "version",
)  # fmt: skip


class RecordStore:
    """Records of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_relation(self, new: Relation, *, at: datetime) -> None:
        """Save a new relation."""
        self._connection.execute(relation.insert().values(recorded_at=at, **asdict(new)))

    def save_relation(self, changed: Relation) -> None:
        """Save a confirmed or ended relation."""
        self._connection.execute(
            relation.update()
            .where(relation.c.relation_id == changed.relation_id)
            .values(
                verified=changed.verified,
                is_active=changed.is_active,
                confirmed_by=changed.confirmed_by,
                turned_down_by=changed.turned_down_by,
                turned_down_why=changed.turned_down_why,
                version=changed.version,
            )
        )

    def lock_relation(self, relation_id: UUID) -> Relation:
        """Return a relation for change.

        Raises:
            RecordNotFoundError: there is none.
        """
        found = self.find_relation(relation_id)
        if found is None:
            raise RecordNotFoundError(relation_id=relation_id)
        return found

    def find_relation(self, relation_id: UUID) -> Relation | None:
        """Return a relation, locked, or None."""
        query = sa.select(relation).where(relation.c.relation_id == relation_id).with_for_update()
        row = self._connection.execute(query).first()
        return relation_of(row) if row else None

    def relations_between(self, person_id: UUID, relative_id: UUID) -> list[Relation]:
        """Return the active relations of two persons, recorded from either side, in order of their ids."""
        pair = (person_id, relative_id)
        rows = self._connection.execute(
            sa.select(relation)
            .where(relation.c.person_id.in_(pair), relation.c.relative_id.in_(pair), relation.c.is_active)
            .order_by(relation.c.relation_id)
            .with_for_update()
        )
        return [relation_of(row) for row in rows]

    def relations_of(self, person_id: UUID) -> list[Relation]:
        """Return the active relations of a person, recorded from either side, locked."""
        rows = self._connection.execute(
            sa.select(relation)
            .where(sa.or_(relation.c.person_id == person_id, relation.c.relative_id == person_id), relation.c.is_active)
            .order_by(relation.c.relation_id)
            .with_for_update()
        )
        return [relation_of(row) for row in rows]

    def open_declared(self, person_id: UUID, *, by_staff: bool) -> int:
        """Count a person's unverified relations that they declared, or that staff did; not what the others declared."""
        sides = (relation.c.person_id, relation.c.relative_id)
        by_neither = sa.and_(*(relation.c.recorded_by != side for side in sides))
        query = sa.select(sa.func.count()).where(
            sa.or_(*(side == person_id for side in sides)),
            by_neither if by_staff else relation.c.recorded_by == person_id,
            relation.c.is_active,
            ~relation.c.verified,
        )
        return self._connection.scalar(query) or 0

    def add_finding(self, new: Finding) -> None:
        """Save a new finding."""
        columns = {**asdict(new), "categories": list(new.categories)}
        self._connection.execute(finding.insert().values(**columns))

    def save_finding(self, decided: Finding) -> None:
        """Save that a finding was confirmed or turned down."""
        self._connection.execute(
            finding.update()
            .where(finding.c.finding_id == decided.finding_id)
            .values(
                confirmed_by=decided.confirmed_by,
                confirmed_at=decided.confirmed_at,
                turned_down_by=decided.turned_down_by,
                turned_down_why=decided.turned_down_why,
            )
        )

    def find_finding(self, finding_id: UUID) -> Finding | None:
        """Return a finding, locked, or None."""
        query = sa.select(finding).where(finding.c.finding_id == finding_id).with_for_update()
        row = self._connection.execute(query).first()
        return _finding_of(row) if row else None

    def add_acting_grant(self, new: ActingGrant, *, at: datetime) -> None:
        """Save a person's word that a relative may act for them."""
        row = {name: getattr(new, name) for name in _GRANT_PLAIN}
        said = {"how": new.consent.how, "given_at": new.consent.given_at, "words": new.consent.words}
        self._connection.execute(acting_grant.insert().values(recorded_at=at, acts=list(new.acts), **row, **said))

    def save_acting_grant(self, ended: ActingGrant) -> None:
        """Save that a grant ended."""
        self._connection.execute(
            acting_grant.update()
            .where(acting_grant.c.grant_id == ended.grant_id)
            .values(is_active=ended.is_active, version=ended.version)
        )

    def find_acting_grant(self, grant_id: UUID) -> ActingGrant | None:
        """Return a grant, locked, or None."""
        query = sa.select(acting_grant).where(acting_grant.c.grant_id == grant_id).with_for_update()
        row = self._connection.execute(query).first()
        return acting_grant_of(row) if row else None

    def active_acting_grants(self, person_id: UUID) -> list[ActingGrant]:
        """Return the grants in force that a person gave or holds."""
        rows = self._connection.execute(
            sa.select(acting_grant).where(
                sa.or_(acting_grant.c.person_id == person_id, acting_grant.c.relative_id == person_id),
                acting_grant.c.is_active,
            )
        )
        return [acting_grant_of(row) for row in rows]

    def add_consent(self, *, person_id: UUID, act: str, consent: Consent, why: str, by: UUID, at: datetime) -> None:
        """Keep how a person's word reached who acted for them, when, and what was said."""
        self._connection.execute(
            consents.insert().values(
                person_id=person_id,
                act=act,
                how=consent.how,
                given_at=consent.given_at,
                words=consent.words,
                why=why,
                recorded_by=by,
                recorded_at=at,
            )
        )

    def forget_words_of(self, person_id: UUID) -> None:
        """Blank what was said when somebody acted for the person; who did what, how and when stays."""
        about = consents.c.person_id == person_id
        self._connection.execute(consents.update().where(about).values(words="", why=""))
        given = acting_grant.c.person_id == person_id
        self._connection.execute(acting_grant.update().where(given).values(words=""))

    def add_act_for(self, columns: Mapping[str, object]) -> None:
        """Keep what was done for somebody, once."""
        self._connection.execute(insert(acted_for).values(columns).on_conflict_do_nothing(index_elements=["use_id"]))

    def log_views(self, *, viewer_id: UUID, person_ids: Iterable[UUID], what: str, why: str, at: datetime) -> None:
        """Keep that somebody looked at the personal data of others; looking at one's own is nobody's business."""
        views = [
            {"viewed_at": at, "viewer_id": viewer_id, "person_id": person_id, "what": what, "why": why}
            for person_id in person_ids
            if person_id != viewer_id
        ]
        if views:
            self._connection.execute(access_log.insert(), views)


def relation_of(row: sa.Row[Any]) -> Relation:
    """Return the relation of a row."""
    return Relation(
        relation_id=row.relation_id,
        person_id=row.person_id,
        relative_id=row.relative_id,
        kind=RelationKind(row.kind),
        recorded_by=row.recorded_by,
        asks_verification=row.asks_verification,
        verified=row.verified,
        is_active=row.is_active,
        confirmed_by=row.confirmed_by,
        turned_down_by=row.turned_down_by,
        turned_down_why=row.turned_down_why,
        version=row.version,
    )


def acting_grant_of(row: sa.Row[Any]) -> ActingGrant:
    """Return the grant of a row."""
    return ActingGrant(
        grant_id=row.grant_id,
        person_id=row.person_id,
        relative_id=row.relative_id,
        acts=tuple(map(GrantedAct, row.acts)),
        minutes_per_month=row.minutes_per_month,
        until=row.until,
        consent=Consent(ConsentHow(row.how), row.given_at, row.words),
        recorded_by=row.recorded_by,
        is_active=row.is_active,
        version=row.version,
    )


def _finding_of(row: sa.Row[Any]) -> Finding:
    return Finding(
        finding_id=row.finding_id,
        kind=FindingKind(row.kind),
        person_id=row.person_id,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        grade=Grade(row.grade) if row.grade else None,
        categories=tuple(Hardship(category) for category in row.categories),
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        turned_down_by=row.turned_down_by,
        turned_down_why=row.turned_down_why,
    )
