"""A person: what the platform knows of them beside names, numbers and addresses."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import PersonNotFoundError
from libs.programme.words import Grade, Hardship, PersonStatus, Role, Sex, Spoken, VisitRisk
from services.accounts.core.refusals import DateImpossibleError, RoleMissingError, WrongPersonStateError

CERTIFICATES = ("health", "carer", "palliative_training", "medical_licence", "legal_licence", "dementia_training")
KNOWN_TO_MAX = 2
AGE_YEARS_MAX = 130


@dataclass(frozen=True)
class Home:
    """Where someone lives, to a thousandth of a degree (about 100 m)."""

    latitude_millideg: int
    longitude_millideg: int


@dataclass(frozen=True)
class Qualifications:
    """What a volunteer has shown: training, clean public credit record, insurance, certificates."""

    training: bool = False
    clean_record: bool = False
    insured_until: date | None = None
    certificates: tuple[str, ...] = ()

    def insured(self, until: date | None) -> "Qualifications":
        """Return them with another last insured day, or without insurance."""
        return replace(self, insured_until=until)

    def shown(
        self, *, training: bool | None = None, clean_record: bool | None = None, certificates: tuple[str, ...] = ()
    ) -> "Qualifications":
        """Return them with what is given changed; certificates are added."""
        return replace(
            self,
            training=self.training if training is None else training,
            clean_record=self.clean_record if clean_record is None else clean_record,
            certificates=tuple(sorted({*self.certificates, *certificates})),
        )


class ErasureState(StrEnum):
    """Where the end of the use of a person's data stands."""

    PENDING = "pending"
    DONE = "done"
    DECLINED = "declined"


HOUSEHOLD_SAID_BY = 2
"""How many members of staff say so until a household keeps one of them from signing."""


@dataclass(frozen=True)
class Household:
    """With whom somebody lives, as staff said it."""

    household_id: UUID | None = None
    said_by: tuple[UUID, ...] = ()
    """The members of staff who said that this is their household, two at most."""
    next_id: UUID | None = None
    next_by: UUID | None = None
    """Who said that they left a verified household, for which one or none; it counts when a second says the same."""

    @property
    def is_verified(self) -> bool:
        """Tell whether two said so: only then it keeps a member of staff from signing."""
        return self.household_id is not None and len(self.said_by) >= HOUSEHOLD_SAID_BY

    def is_left_for(self, household_id: UUID | None) -> bool:
        """Tell whether this is not the household that two have verified."""
        return self.is_verified and household_id != self.household_id

    def changed_to(self, household_id: UUID | None, *, said_by: UUID) -> "Household":
        """Return it as one says; who says the same again as a second person verifies it.

        What two have verified stays until two have said the same other household, or none.
        """
        if self.is_left_for(household_id):
            return self._left_for(household_id, said_by)
        before = self.said_by if household_id == self.household_id else ()
        both = before if said_by in before else (*before, said_by)[:HOUSEHOLD_SAID_BY]
        return _household(household_id, both)

    def _left_for(self, household_id: UUID | None, said_by: UUID) -> "Household":
        first = self.next_by if household_id == self.next_id else None
        if first is None or first == said_by:
            return replace(self, next_id=household_id, next_by=said_by)
        return _household(household_id, (first, said_by))


@dataclass(frozen=True)
class VisitListing:
    """Whether somebody is on the visit list: why, and since when."""

    risk: VisitRisk | None = None
    listed_on: date | None = None

    def changed_to(self, risk: VisitRisk | None, *, today: date) -> "VisitListing":
        """Return it with another risk, or off the list; who was on it stays since the same day."""
        return VisitListing(risk, (self.listed_on or today) if risk else None)


@dataclass(frozen=True)
class Person:
    """Someone registered. Each change returns a person of the next version."""

    person_id: UUID
    status: PersonStatus
    home_unit_id: UUID
    district_id: UUID | None
    born: date
    sex: Sex
    registered_at: datetime
    grade: Grade = Grade.INTACT
    hardship: tuple[Hardship, ...] = ()
    household: Household = Household()
    home: Home | None = None
    has_phone: bool = True
    speaks: tuple[Spoken, ...] = ()
    visits: VisitListing = VisitListing()
    qualifications: Qualifications = Qualifications()
    was_volunteer: bool = False
    died_on: date | None = None
    known_to: tuple[UUID, ...] = ()
    """The members of staff who know who it is: who registered them and who saw their document, two at most."""
    version: int = 1

    @property
    def may_sign_in(self) -> bool:
        """Tell whether they may see what is theirs; suspended, they may, and contest it."""
        return self.status in (PersonStatus.ACTIVE, PersonStatus.SUSPENDED)

    def age_on(self, day: date) -> int:
        """Return completed years on a day."""
        return age_on(self.born, day)

    def changed(self) -> "Person":
        """Return the same person as the next version: something that belongs to them (a role) changed."""
        return replace(self, version=self.version + 1)

    def seen_by(self, staff_id: UUID) -> "Person":
        """Return them known to one more member of staff, as far as it matters who: one alone made them, or not."""
        if staff_id in self.known_to or len(self.known_to) >= KNOWN_TO_MAX:
            return self
        return replace(self.changed(), known_to=(*self.known_to, staff_id))

    def suspend(self) -> "Person":
        """Return them suspended: may do nothing new, wallets stay."""
        self._refuse_unless(PersonStatus.ACTIVE)
        return replace(self.changed(), status=PersonStatus.SUSPENDED)

    def reinstate(self) -> "Person":
        """Return them active again."""
        self._refuse_unless(PersonStatus.SUSPENDED)
        return replace(self.changed(), status=PersonStatus.ACTIVE)

    def die(self, *, died_on: date, today: date) -> "Person":
        """Return them deceased.

        Raises:
            DateImpossibleError: a day before birth or after today.
            WrongPersonStateError: neither active nor suspended.
        """
        self._refuse_unless(PersonStatus.ACTIVE, PersonStatus.SUSPENDED)
        if not self.born <= died_on <= today:
            raise DateImpossibleError(died=died_on)
        return replace(self.changed(), status=PersonStatus.DECEASED, died_on=died_on)

    def found_alive(self, status: PersonStatus) -> "Person":
        """Return them as they were before a death that was a mistake."""
        self._refuse_unless(PersonStatus.DECEASED)
        assert status in (PersonStatus.ACTIVE, PersonStatus.SUSPENDED)
        return replace(self.changed(), status=status, died_on=None)

    def qualify(self, qualifications: Qualifications, *, is_volunteer: bool) -> "Person":
        """Return them with other qualifications.

        Raises:
            RoleMissingError: qualifications are a volunteer's.
        """
        self._refuse_unless(PersonStatus.ACTIVE, PersonStatus.SUSPENDED)
        if not is_volunteer:
            raise RoleMissingError(role=Role.VOLUNTEER)
        return replace(self.changed(), qualifications=qualifications)

    def graded(self, grade: Grade) -> "Person":
        """Return them with another ability grade."""
        self._refuse_unless(PersonStatus.ACTIVE, PersonStatus.SUSPENDED)
        return replace(self.changed(), grade=grade)

    def in_hardship(self, categories: tuple[Hardship, ...]) -> "Person":
        """Return them with these hardship categories instead of the earlier ones."""
        self._refuse_unless(PersonStatus.ACTIVE, PersonStatus.SUSPENDED)
        return replace(self.changed(), hardship=tuple(sorted(set(categories))))

    def refuse_unless_living(self) -> None:
        """Refuse what is said about nobody any more: about the dead, the sealed and the erased.

        Raises:
            WrongPersonStateError
            PersonNotFoundError: they are erased.
        """
        if self.status is PersonStatus.ERASED:
            raise PersonNotFoundError(person_id=self.person_id)
        self._refuse_unless(PersonStatus.ACTIVE, PersonStatus.SUSPENDED)

    def _refuse_unless(self, *statuses: PersonStatus) -> None:
        if self.status not in statuses:
            raise WrongPersonStateError(state=self.status)


def age_on(born: date, day: date) -> int:
    """Return completed years on a day; who was born on 29 February completes them on 1 March."""
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    return day.year - born.year - (0 if had_birthday else 1)


def _household(household_id: UUID | None, said_by: tuple[UUID, ...]) -> Household:
    return Household(household_id, said_by if household_id else ())


def refuse_impossible_birth(born: date, today: date) -> None:
    """Refuse a day of birth after today or longer ago than anybody lives."""
    if born > today or today.year - born.year > AGE_YEARS_MAX:
        raise DateImpossibleError(born=born)
