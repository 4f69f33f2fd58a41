"""What is known of people here: no names, only what a rule needs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.programme.words import DIRECT_KINSHIP, GUARDIAN_KINSHIP, Grade, Kinship, PersonStatus, inverse_kinship

EARTH_RADIUS_M = 6_371_000
MICRODEGREES = 1_000_000


@dataclass(frozen=True)
class Place:
    """A point on the map in millionths of a degree."""

    latitude_e6: int
    longitude_e6: int

    def metres_to(self, other: Place) -> int:
        """Return the great-circle distance in whole metres."""
        latitude, other_latitude = (math.radians(p.latitude_e6 / MICRODEGREES) for p in (self, other))
        across = math.radians((other.longitude_e6 - self.longitude_e6) / MICRODEGREES)
        up = other_latitude - latitude
        chord = math.sin(up / 2) ** 2 + math.cos(latitude) * math.cos(other_latitude) * math.sin(across / 2) ** 2
        return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1, chord))))


@dataclass(frozen=True)
class Qualifications:
    """What a volunteer brings."""

    training: bool = False
    clean_record: bool = False
    insured_until: date | None = None
    certificates: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """Somebody registered in accounts, as the last event told."""

    person_id: UUID
    status: str
    home_unit_id: UUID
    district_id: UUID
    born: date | None
    sex: str
    grade: str
    hardship: frozenset[str]
    household_id: UUID | None
    home: Place | None
    roles: frozenset[str]
    qualifications: Qualifications
    visit_risk: str = ""
    visit_listed_on: date | None = None
    household_verified: bool = False
    """Two members of staff said so; until then it bars taking, and keeps nobody from signing."""
    known_to: frozenset[UUID] = frozenset()
    """The members of staff who know who it is, as far as was told: two at most."""
    speaks: frozenset[str] = frozenset()
    """Empty: it was not said."""

    def is_known_only_to(self, staff_id: UUID) -> bool:
        """Tell whether one member of staff alone made this person's account, and nobody else has seen who it is."""
        return self.known_to == {staff_id}

    @property
    def is_active(self) -> bool:
        """Tell whether the person may do something new."""
        return self.status == PersonStatus.ACTIVE

    def age_on(self, day: date) -> int:
        """Return completed years on a day; 0 when the birth date is unknown."""
        if self.born is None:
            return 0
        had_birthday = (day.month, day.day) >= (self.born.month, self.born.day)
        return day.year - self.born.year - (0 if had_birthday else 1)

    def is_worse_than(self, grade: str) -> bool:
        """Tell whether the ability grade is worse than `grade`; empty = no limit."""
        return bool(grade) and Grade(self.grade or Grade.INTACT).is_worse_than(Grade(grade))


@dataclass(frozen=True)
class Group:
    """A group that staff registered, with the adult who answers for it, as far as they are known."""

    group_id: UUID
    leader: Person | None
    member_ids: frozenset[UUID]


@dataclass(frozen=True)
class Relation:
    """`relative_id` is the `kind` of `person_id`."""

    person_id: UUID
    relative_id: UUID
    kind: str
    verified: bool
    declared_by: UUID | None = None
    """Who declared it; None: told before this was kept."""


@dataclass(frozen=True)
class Relations:
    """The relations around some people, whichever direction was recorded."""

    known: tuple[Relation, ...]

    def between(self, person_id: UUID, relative_id: UUID) -> Iterable[Relation]:
        """Give each relation as: the relative is the `kind` of the person."""
        for relation in self.known:
            if (relation.person_id, relation.relative_id) == (person_id, relative_id):
                yield relation
            elif (relation.person_id, relation.relative_id) == (relative_id, person_id):
                kind = inverse_kinship(relation.kind)
                yield Relation(person_id, relative_id, kind, relation.verified, relation.declared_by)

    def are_direct(self, person_id: UUID, relative_id: UUID, *, verified: bool) -> bool:
        """Tell whether they are direct relatives, verified (or at least declared)."""
        relations = self.between(person_id, relative_id)
        return any(relation.kind in DIRECT_KINSHIP and (relation.verified or not verified) for relation in relations)

    def is_guardian(self, minor_id: UUID, adult_id: UUID) -> bool:
        """Tell whether the adult is a verified parent or grandparent of the minor."""
        relations = self.between(minor_id, adult_id)
        return any(relation.kind in GUARDIAN_KINSHIP and relation.verified for relation in relations)

    def are_verified_kin(self, person: Person, other: Person) -> bool:
        """Tell whether they are housemates, or relatives whose relation somebody verified."""
        if person.household_id and person.household_id == other.household_id:
            return True
        relations = self.between(person.person_id, other.person_id)
        return any(relation.kind != Kinship.FRIEND and relation.verified for relation in relations)

    def are_kin(self, person: Person, other: Person) -> bool:
        """Tell whether they are housemates, or relatives of any kind, also only declared ones."""
        if person.household_id and person.household_id == other.household_id:
            return True
        relations = self.between(person.person_id, other.person_id)
        return any(relation.kind != Kinship.FRIEND for relation in relations)

    def keep_from_signing(self, signer: Person, other: Person) -> bool:
        """Tell whether they are housemates as two said of each, or relatives verified or so declared by the signer.

        What one other only declares keeps nobody from signing: whoever likes could declare it of all who may sign.
        """
        is_sure = signer.household_verified and other.household_verified
        if is_sure and signer.household_id and signer.household_id == other.household_id:
            return True
        return any(
            relation.kind != Kinship.FRIEND and (relation.verified or relation.declared_by == signer.person_id)
            for relation in self.between(signer.person_id, other.person_id)
        )
