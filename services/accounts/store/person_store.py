"""Load (with locks) and save persons, their identities and their roles."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.accounts.domain.errors import PersonNotFoundError
from services.accounts.domain.identity import LookUp
from services.accounts.domain.persons import Grade, Hardship, Home, Person, Qualifications, Sex, Status, VisitRisk
from services.accounts.domain.roles import Role, RoleGrant
from services.accounts.store.tables import (
    credential,
    person,
    person_identity,
    person_index,
    person_key,
    role_grant,
    status_change,
)
from services.accounts.store.vault import Vault


@dataclass(frozen=True)
class Identity:
    """Who a person is: the fields that are sealed with their own key."""

    names: dict[str, str]
    phone_number: str | None = None
    sign_in_name: str | None = None
    id_number: dict[str, str] | None = None
    address: str | None = None
    contacts: tuple[dict[str, str], ...] = field(default=())


class PersonStore:
    """Persons of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def find(self, person_id: UUID) -> Person | None:
        """Return a person, or None."""
        row = self._connection.execute(sa.select(person).where(person.c.person_id == person_id)).first()
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
        row = self._connection.execute(
            sa.select(person).where(person.c.person_id == person_id).with_for_update()
        ).first()
        if row is None or row.status == Status.ERASED:
            raise PersonNotFoundError(person_id=person_id)
        return person_of(row)

    def add(self, new: Person) -> None:
        """Save a new person."""
        self._connection.execute(person.insert().values(person_id=new.person_id, **_columns(new)))

    def save(self, changed: Person) -> None:
        """Save a changed person."""
        self._connection.execute(
            person.update()
            .where(person.c.person_id == changed.person_id, person.c.version == changed.version - 1)
            .values(**_columns(changed))
        )

    def record_status(self, changed: Person, *, why: str, by: UUID, at: datetime) -> None:
        """Keep why somebody's status changed."""
        self._connection.execute(
            status_change.insert().values(
                person_id=changed.person_id, status=changed.status, why=why, changed_by=by, changed_at=at
            )
        )

    def insured_before(self, day: date, *, limit: int) -> list[Person]:
        """Return active volunteers whose insurance ended before a day and was not yet announced, locked."""
        rows = self._connection.execute(
            sa.select(person)
            .where(
                person.c.status == Status.ACTIVE,
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
                person.c.status == Status.ACTIVE,
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

    # Identity: sealed fields, blind index, credential.

    def add_identity(self, person_id: UUID, identity: Identity) -> None:
        """Seal a new person's fields with a key of their own."""
        wrapped = self._vault.new_wrapped_key(person_id)
        master = self._vault.key_id
        self._connection.execute(person_key.insert().values(person_id=person_id, master_key_id=master, wrapped=wrapped))
        sealed = self._vault.seal_fields(asdict(identity), person_id=person_id, wrapped=wrapped, master_key_id=master)
        self._connection.execute(person_identity.insert().values(person_id=person_id, sealed=sealed))

    def save_identity(self, person_id: UUID, identity: Identity) -> None:
        """Seal a person's changed fields."""
        key = self._connection.execute(sa.select(person_key).where(person_key.c.person_id == person_id)).one()
        sealed = self._vault.seal_fields(
            asdict(identity), person_id=person_id, wrapped=key.wrapped, master_key_id=key.master_key_id
        )
        self._connection.execute(
            person_identity.update().where(person_identity.c.person_id == person_id).values(sealed=sealed)
        )

    def identity(self, person_id: UUID) -> Identity | None:
        """Return who the person is; None once their key is destroyed."""
        return self.identities([person_id]).get(person_id)

    def identities(self, person_ids: list[UUID]) -> dict[UUID, Identity]:
        """Return who several persons are."""
        rows = self._connection.execute(
            sa.select(
                person_identity.c.person_id, person_identity.c.sealed, person_key.c.wrapped, person_key.c.master_key_id
            )
            .join(person_key, person_key.c.person_id == person_identity.c.person_id)
            .where(person_identity.c.person_id.in_(person_ids))
        )
        return {
            row.person_id: _identity_of(
                self._vault.open_fields(
                    row.sealed, person_id=row.person_id, wrapped=row.wrapped, master_key_id=row.master_key_id
                )
            )
            for row in rows
        }

    def index(self, person_id: UUID, entries: dict[LookUp, str]) -> None:
        """Make a person findable by these texts, instead of earlier ones of the same kinds."""
        for kind, text in entries.items():
            digest = self._vault.digest(kind, text)
            self._connection.execute(
                person_index.delete().where(person_index.c.person_id == person_id, person_index.c.kind == kind)
            )
            self._connection.execute(person_index.insert().values(kind=kind, digest=digest, person_id=person_id))

    def lock_text(self, kind: LookUp, text: str) -> None:
        """Let one transaction at a time decide who may be found by this text."""
        number = int.from_bytes(self._vault.digest(kind, text)[:8], "big", signed=True)
        self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def found_by(self, kind: LookUp, text: str) -> list[UUID]:
        """Return the persons who are found by this text."""
        digest = self._vault.digest(kind, text)
        query = sa.select(person_index.c.person_id).where(person_index.c.kind == kind, person_index.c.digest == digest)
        return list(self._connection.scalars(query))

    def set_password_hash(self, person_id: UUID, password_hash: str, at: datetime) -> None:
        """Keep a password's hash instead of an earlier one."""
        self._connection.execute(credential.delete().where(credential.c.person_id == person_id))
        self._connection.execute(
            credential.insert().values(person_id=person_id, password_hash=password_hash, changed_at=at)
        )

    def password_hashes(self, person_ids: list[UUID]) -> dict[UUID, str]:
        """Return the hashes of those of the persons who have a password."""
        query = sa.select(credential.c.person_id, credential.c.password_hash).where(
            credential.c.person_id.in_(person_ids)
        )
        return {row.person_id: row.password_hash for row in self._connection.execute(query)}

    # Roles.

    def roles(self, person_id: UUID) -> list[RoleGrant]:
        """Return the roles a person holds now."""
        rows = self._connection.execute(
            sa.select(role_grant)
            .where(role_grant.c.person_id == person_id, role_grant.c.ended_at.is_(None))
            .order_by(role_grant.c.granted_at, role_grant.c.grant_id)
        )
        return [_grant_of(row) for row in rows]

    def find_grant(self, grant_id: UUID) -> RoleGrant | None:
        """Return a role that is held now, by its id."""
        query = sa.select(role_grant).where(role_grant.c.grant_id == grant_id, role_grant.c.ended_at.is_(None))
        row = self._connection.execute(query.with_for_update()).first()
        return _grant_of(row) if row else None

    def was_granted(self, grant_id: UUID) -> bool:
        """Tell whether this id was ever a grant."""
        query = sa.select(sa.exists().where(role_grant.c.grant_id == grant_id))
        return bool(self._connection.scalar(query))

    def add_grants(self, grants: list[RoleGrant]) -> None:
        """Save new roles."""
        if grants:
            self._connection.execute(role_grant.insert(), [asdict(grant) for grant in grants])

    def end_grant(self, grant_id: UUID, *, by: UUID, at: datetime) -> None:
        """Take a role away; that it was held stays known."""
        self._connection.execute(
            role_grant.update().where(role_grant.c.grant_id == grant_id).values(ended_by=by, ended_at=at)
        )


def person_of(row: sa.Row[Any]) -> Person:
    """Return the person of a row."""
    home = None
    if row.home_latitude_millideg is not None:
        home = Home(row.home_latitude_millideg, row.home_longitude_millideg)
    return Person(
        person_id=row.person_id,
        status=Status(row.status),
        home_unit_id=row.home_unit_id,
        district_id=row.district_id,
        born=row.born,
        sex=Sex(row.sex),
        registered_at=row.registered_at,
        grade=Grade(row.grade),
        hardship=tuple(Hardship(category) for category in row.hardship),
        household_id=row.household_id,
        home=home,
        has_phone=row.has_phone,
        visit_risk=VisitRisk(row.visit_risk) if row.visit_risk else None,
        visit_listed_on=row.visit_listed_on,
        qualifications=Qualifications(row.training, row.clean_record, row.insured_until, tuple(row.certificates)),
        was_volunteer=row.was_volunteer,
        died_on=row.died_on,
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
        "household_id": of.household_id,
        "home_latitude_millideg": of.home.latitude_millideg if of.home else None,
        "home_longitude_millideg": of.home.longitude_millideg if of.home else None,
        "has_phone": of.has_phone,
        "visit_risk": of.visit_risk,
        "visit_listed_on": of.visit_listed_on,
        "training": of.qualifications.training,
        "clean_record": of.qualifications.clean_record,
        "insured_until": of.qualifications.insured_until,
        "certificates": list(of.qualifications.certificates),
        "was_volunteer": of.was_volunteer,
        "died_on": of.died_on,
        "registered_at": of.registered_at,
        "version": of.version,
    }


def _identity_of(fields: dict[str, Any]) -> Identity:
    return Identity(**{**fields, "contacts": tuple(fields.get("contacts", ()))})


def _grant_of(row: sa.Row[Any]) -> RoleGrant:
    return RoleGrant(row.grant_id, row.person_id, Role(row.role), row.unit_id, row.granted_by, row.granted_at)
