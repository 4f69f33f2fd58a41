"""Load (with locks) and save persons and their roles."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.db import write_at_end
from libs.db.prepared import Prepared
from libs.db.rows import add_row, add_rows, change_rows, find_row
from libs.programme.refusals import PersonNotFoundError
from libs.programme.words import Grade, Hardship, PersonStatus, Role, Sex, Spoken, VisitRisk
from services.accounts.core.rules.persons import ErasureState, Home, Household, Person, Qualifications, VisitListing
from services.accounts.core.rules.roles import RoleGrant, RolePlace
from services.accounts.core.store.facts import Facts
from services.accounts.core.store.tables import erasure, person, role_grant, status_change, unit
from services.accounts.core.store.unit_store import UnitStore

_ROLES = Prepared(
    sa.select(role_grant)
    .where(role_grant.c.person_id == sa.bindparam("person_id"), role_grant.c.ended_at.is_(None))
    .order_by(role_grant.c.granted_at, role_grant.c.grant_id)
)

_LOCKED = Prepared(
    sa.select(person)
    .where(person.c.person_id == sa.any_(sa.bindparam("person_ids", type_=ARRAY(sa.Uuid))))
    .order_by(person.c.person_id)
    .with_for_update()
)


class PersonStore:
    """Persons of one transaction."""

    def __init__(self, connection: Connection, units: UnitStore | None = None) -> None:
        self._connection = connection
        self._units = units or UnitStore(connection)
        self._locked: dict[UUID, Person] = {}
        self._seen: dict[UUID, Person] = {}
        self._held: dict[UUID, list[RoleGrant]] = {}

    def know(self, facts: Facts, others: Iterable[UUID]) -> None:
        """Remember people and their roles that were read together; `others` are asked about their roles only."""
        self._locked |= {row.person_id: person_of(row) for row in facts.locked}
        self._seen |= {row.person_id: person_of(row) for row in facts.seen}
        self._held |= {person_id: [] for person_id in (*self._locked, *self._seen, *others)}
        for row in facts.held:
            self._held[row.person_id].append(grant_of(row))
            self._units.know_path(row.unit_id, row.path)

    def find(self, person_id: UUID) -> Person | None:
        """Return a person, or None."""
        known = self._locked.get(person_id) or self._seen.get(person_id)
        if known is not None:
            return known
        row = find_row(self._connection, person, person_id=person_id)
        return person_of(row) if row else None

    def person(self, person_id: UUID) -> Person:
        """Return a person as they are now.

        Raises:
            PersonNotFoundError: nobody has this id.
        """
        found = self.find(person_id)
        if found is None:
            raise PersonNotFoundError(person_id=person_id)
        return found

    def lock_person(self, person_id: UUID) -> Person:
        """Return a person for change.

        Raises:
            PersonNotFoundError: nobody has this id, or they are erased.
        """
        found = self._locked.get(person_id)
        if found is None:
            row = find_row(self._connection, person, person_id=person_id, for_update=True)
            found = person_of(row) if row else None
        if found is None or found.status is PersonStatus.ERASED:
            raise PersonNotFoundError(person_id=person_id)
        return found

    def lock_persons(self, person_ids: Collection[UUID]) -> dict[UUID, Person]:
        """Return several persons for change, whoever they are by now; locked in the order of their ids.

        Raises:
            PersonNotFoundError: nobody has one of these ids.
        """
        if not self._locked.keys() >= set(person_ids):
            rows = _LOCKED.rows(self._connection, {"person_ids": list(person_ids)})
            self._locked |= {row.person_id: person_of(row) for row in rows}
        for person_id in person_ids:
            if person_id not in self._locked:
                raise PersonNotFoundError(person_id=person_id)
        return {person_id: self._locked[person_id] for person_id in person_ids}

    def add(self, new: Person) -> None:
        """Save a new person."""
        add_row(self._connection, person, {"person_id": new.person_id, **_columns(new)})

    def save(self, changed: Person, *, at_once: bool = False) -> None:
        """Save a changed person, with the commit unless the database itself looks at them before."""
        before = {"person_id": changed.person_id, "version": changed.version - 1}
        if changed.person_id in self._locked:
            self._locked[changed.person_id] = changed
        if at_once:
            change_rows(self._connection, person, _columns(changed), **before)
        else:
            write_at_end(self._connection, lambda: change_rows(self._connection, person, _columns(changed), **before))

    def record_status(self, changed: Person, *, why: str, by: UUID, at: datetime) -> None:
        """Keep why somebody's status changed."""
        row = {"person_id": changed.person_id, "status": changed.status, "why": why, "changed_by": by, "changed_at": at}
        write_at_end(self._connection, lambda: add_row(self._connection, status_change, row))

    def suspended_by(self, person_id: UUID) -> UUID | None:
        """Return who suspended the person last, or None."""
        of_person = sa.and_(status_change.c.person_id == person_id, status_change.c.status == PersonStatus.SUSPENDED)
        query = sa.select(status_change.c.changed_by).where(of_person).order_by(status_change.c.number.desc())
        found: UUID | None = self._connection.scalar(query.limit(1))
        return found

    def are_there_any(self) -> bool:
        """Tell whether anybody is registered."""
        return bool(self._connection.scalar(sa.select(sa.exists().select_from(person))))

    def insured_before(self, day: date, *, limit: int) -> list[Person]:
        """Return active volunteers whose insurance ended before a day and was not yet announced, locked."""
        rows = self._connection.execute(
            sa.select(person)
            .where(
                person.c.status == PersonStatus.ACTIVE,
                person.c.insured_until < day,
                person.c.insured_until.is_distinct_from(person.c.lapse_announced),
            )
            .order_by(person.c.insured_until, person.c.person_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [person_of(row) for row in rows]

    def first_insurance_end(self) -> date | None:
        """Return the earliest last insured day that was not yet announced as lapsed."""
        found: date | None = self._connection.scalar(
            sa.select(sa.func.min(person.c.insured_until)).where(
                person.c.status == PersonStatus.ACTIVE,
                person.c.insured_until.is_distinct_from(person.c.lapse_announced),
            )
        )
        return found

    def mark_lapse_announced(self, lapsed: Person) -> None:
        """Remember that this lapse was announced."""
        self._connection.execute(
            person.update()
            .where(person.c.person_id == lapsed.person_id)
            .values(lapse_announced=lapsed.qualifications.insured_until)
        )

    def keep_until(self, person_id: UUID, day: date | None) -> None:
        """Remember at whose 00:00 a sealed person is erased."""
        self._connection.execute(person.update().where(person.c.person_id == person_id).values(erase_on=day))

    def first_erasure_day(self) -> date | None:
        """Return the earliest day on which a sealed person is to be erased."""
        query = sa.select(sa.func.min(person.c.erase_on)).where(person.c.status == PersonStatus.SEALED)
        found: date | None = self._connection.scalar(query)
        return found

    def ended(self, statuses: Collection[PersonStatus]) -> list[tuple[UUID, PersonStatus, date | None]]:
        """Return who has one of these statuses, and when the sealed are to be erased."""
        rows = self._connection.execute(
            sa.select(person.c.person_id, person.c.status, person.c.erase_on)
            .where(person.c.status.in_(statuses))
            .order_by(person.c.person_id)
        )
        return [(row.person_id, PersonStatus(row.status), row.erase_on) for row in rows]

    def to_erase(self, today: date, *, limit: int) -> list[Person]:
        """Return the sealed whose day has come, locked."""
        rows = self._connection.execute(
            sa.select(person)
            .where(person.c.status == PersonStatus.SEALED, person.c.erase_on <= today)
            .order_by(person.c.erase_on, person.c.person_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [person_of(row) for row in rows]

    # Roles.

    def roles(self, person_id: UUID) -> list[RoleGrant]:
        """Return the roles a person holds now."""
        if person_id in self._held:
            return list(self._held[person_id])
        rows = _ROLES.rows(self._connection, {"person_id": person_id})
        return [grant_of(row) for row in rows]

    def places(self, person_ids: list[UUID]) -> dict[UUID, list[RolePlace]]:
        """Return the roles that persons hold now, with the paths of their units."""
        if self._held.keys() >= set(person_ids):
            return {person_id: [self._place(grant) for grant in self._held[person_id]] for person_id in person_ids}
        held: dict[UUID, list[RolePlace]] = {person_id: [] for person_id in person_ids}
        rows = self._connection.execute(
            sa.select(role_grant.c.person_id, role_grant.c.role, unit.c.path)
            .join(unit, unit.c.unit_id == role_grant.c.unit_id)
            .where(role_grant.c.person_id.in_(person_ids), role_grant.c.ended_at.is_(None))
        )
        for row in rows:
            held[row.person_id].append(RolePlace(Role(row.role), tuple(row.path)))
        return held

    def _place(self, grant: RoleGrant) -> RolePlace:
        return RolePlace(grant.role, self._units.path(grant.unit_id))

    def places_of(self, person_id: UUID) -> list[RolePlace]:
        """Return the roles that a person holds now, with the paths of their units."""
        return self.places([person_id])[person_id]

    def holders(self, role: Role) -> int:
        """Count the active people who hold a role now, wherever."""
        held = role_grant.join(person, person.c.person_id == role_grant.c.person_id)
        query = sa.select(sa.func.count(sa.distinct(role_grant.c.person_id))).select_from(held)
        is_held = sa.and_(
            role_grant.c.role == role, role_grant.c.ended_at.is_(None), person.c.status == PersonStatus.ACTIVE
        )
        return self._connection.scalar(query.where(is_held)) or 0

    def is_erasure_pending(self, person_id: UUID) -> bool:
        """Tell whether the end of the use of a person's data waits for answers."""
        query = sa.exists().where(erasure.c.person_id == person_id, erasure.c.state == ErasureState.PENDING)
        return bool(self._connection.scalar(sa.select(query)))

    def find_grant(self, grant_id: UUID) -> RoleGrant | None:
        """Return a role that is held now, by its id."""
        row = find_row(self._connection, role_grant, grant_id=grant_id, for_update=True)
        return grant_of(row) if row and row.ended_at is None else None

    def add_grants(self, grants: list[RoleGrant]) -> None:
        """Save new roles."""
        for grant in grants:
            self._held.get(grant.person_id, []).append(grant)
        rows = [asdict(grant) for grant in grants]
        if self._held.keys() >= {grant.person_id for grant in grants}:
            write_at_end(self._connection, lambda: add_rows(self._connection, role_grant, rows))
        else:
            add_rows(self._connection, role_grant, rows)

    def move_grants(self, grant_ids: list[UUID], unit_id: UUID) -> None:
        """Let roles be held at another unit."""
        self._connection.execute(
            role_grant.update().where(role_grant.c.grant_id.in_(grant_ids)).values(unit_id=unit_id)
        )
        self._held.clear()

    def end_grants_of(self, person_id: UUID, *, by: UUID, at: datetime) -> None:
        """Take all roles away."""
        held = sa.and_(role_grant.c.person_id == person_id, role_grant.c.ended_at.is_(None))
        self._connection.execute(role_grant.update().where(held).values(ended_by=by, ended_at=at))
        self._held.clear()

    def end_grant(self, grant_id: UUID, *, by: UUID, at: datetime) -> None:
        """Take a role away; that it was held stays known."""
        change_rows(self._connection, role_grant, {"ended_by": by, "ended_at": at}, grant_id=grant_id)
        self._held = {who: [held for held in grants if held.grant_id != grant_id] for who, grants in self._held.items()}


def person_of(row: Any) -> Person:
    """Return the person of a row."""
    home = None
    if row.home_latitude_millideg is not None:
        home = Home(row.home_latitude_millideg, row.home_longitude_millideg)
    return Person(
        person_id=row.person_id,
        status=PersonStatus(row.status),
        home_unit_id=row.home_unit_id,
        district_id=row.district_id,
        born=row.born,
        sex=Sex(row.sex),
        registered_at=row.registered_at,
        grade=Grade(row.grade),
        hardship=tuple(Hardship(category) for category in row.hardship),
        household=Household(row.household_id, tuple(row.household_by), row.household_next, row.household_next_by),
        home=home,
        has_phone=row.has_phone,
        speaks=tuple(map(Spoken, row.speaks)),
        visits=VisitListing(VisitRisk(row.visit_risk) if row.visit_risk else None, row.visit_listed_on),
        qualifications=Qualifications(row.training, row.clean_record, row.insured_until, tuple(row.certificates)),
        was_volunteer=row.was_volunteer,
        died_on=row.died_on,
        known_to=tuple(row.known_to),
        version=row.version,
    )


def _columns(of: Person) -> dict[str, object]:
    return {
        "status": of.status,
        "home_unit_id": of.home_unit_id,
        "district_id": of.district_id,
        "born": of.born,
        "sex": of.sex,
        "grade": of.grade,
        "hardship": list(of.hardship),
        "household_id": of.household.household_id,
        "household_by": list(of.household.said_by),
        "household_next": of.household.next_id,
        "household_next_by": of.household.next_by,
        "home_latitude_millideg": of.home.latitude_millideg if of.home else None,
        "home_longitude_millideg": of.home.longitude_millideg if of.home else None,
        "has_phone": of.has_phone,
        "speaks": list(of.speaks),
        "visit_risk": of.visits.risk,
        "visit_listed_on": of.visits.listed_on,
        "training": of.qualifications.training,
        "clean_record": of.qualifications.clean_record,
        "insured_until": of.qualifications.insured_until,
        "certificates": list(of.qualifications.certificates),
        "was_volunteer": of.was_volunteer,
        "died_on": of.died_on,
        "known_to": list(of.known_to),
        "registered_at": of.registered_at,
        "version": of.version,
    }


def grant_of(row: Any) -> RoleGrant:
    """Return the role of a row."""
    return RoleGrant(
        row.grant_id, row.person_id, Role(row.role), row.unit_id, row.granted_by, row.granted_at, row.lent_by_id
    )
