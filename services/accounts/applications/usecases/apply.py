"""Apply without an account, by a number that was proved; see what became of it, and take it back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.clock import local_date, machine_now
from libs.errors import IdReusedError
from libs.programme.policy import typed
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import Sex
from services.accounts.applications.refusals import (
    ApplicantTooYoungError,
    ApplicationEndedError,
    ApplicationOpenError,
    PrivacyTextOutdatedError,
)
from services.accounts.applications.rules import (
    FORGOTTEN_AFTER_END,
    LAPSES_AFTER,
    Applicant,
    Application,
    ApplicationState,
    Offer,
    youngest_applicant,
)
from services.accounts.applications.store import ApplicationStore
from services.accounts.core.refusals import DistrictNeededError, PhoneNumberTakenError
from services.accounts.core.rules.identity import LookUp
from services.accounts.core.rules.persons import age_on, refuse_impossible_birth
from services.accounts.core.store.store import SealedStore
from services.accounts.numbers.store import NumberStore
from services.accounts.policies.store import PolicyStore

ADULT_AGE = 18


@dataclass(frozen=True)
class ApplicationForm:
    """What an applicant says."""

    application_id: UUID
    name: str
    born: date
    sex: Sex
    unit_id: UUID
    offer: Offer
    privacy_version: str


def apply(
    store: SealedStore, form: ApplicationForm, *, number: str, privacy_version: str, now: datetime
) -> Application:
    """Apply to be a volunteer of a community; asked again under the same id by the same number, it is the same.

    Raises:
        PrivacyTextOutdatedError: not the text in force, whose version is `privacy_version`.
        ApplicantTooYoungError, DateImpossibleError
        UnitNotFoundError, DistrictNeededError: volunteers live below a district.
        PhoneNumberTakenError: the number opens an account.
        ApplicationOpenError: another application with this number waits.
        IdReusedError
    """
    applications = ApplicationStore(store)
    store.identities.lock_text(LookUp.PHONE_OPENS, number)
    earlier = applications.of_number(number)
    again = next((kept for kept in earlier if kept.application_id == form.application_id), None)
    if again is not None:
        return again
    _refuse_form(store, form, privacy_version=privacy_version, today=local_date(now))
    if NumberStore(store).held_by(number, at=machine_now()):
        raise PhoneNumberTakenError
    if any(kept.is_open for kept in earlier):
        raise ApplicationOpenError
    if applications.find(form.application_id) is not None or store.persons.find(form.application_id) is not None:
        raise IdReusedError(application_id=form.application_id)
    application = Application(
        application_id=form.application_id,
        unit_id=form.unit_id,
        born=form.born,
        sex=form.sex,
        offer=form.offer,
        privacy_version=form.privacy_version,
        applied_at=now,
        forget_on=local_date(now + LAPSES_AFTER),
    )
    applications.add(application, Applicant(form.name, number))
    return application


def own_application(store: SealedStore, *, number: str) -> Application:
    """Return the newest application with a number, to who proved that it is theirs.

    Raises:
        RecordNotFoundError: there is none.
    """
    applications = ApplicationStore(store).of_number(number)
    if not applications:
        raise RecordNotFoundError
    return applications[0]


def withdraw_application(store: SealedStore, *, number: str, now: datetime) -> Application:
    """Take one's own application back; it is forgotten later.

    Raises:
        RecordNotFoundError, ApplicationEndedError
    """
    application = ApplicationStore(store).lock(own_application(store, number=number).application_id)
    refuse_ended(application)
    forget_on = local_date(now + FORGOTTEN_AFTER_END)
    withdrawn = application.ended(ApplicationState.WITHDRAWN, by=None, at=now, forget_on=forget_on)
    ApplicationStore(store).save(withdrawn)
    return withdrawn


def refuse_ended(application: Application) -> None:
    """Refuse what comes after the result.

    Raises:
        ApplicationEndedError
    """
    if not application.is_open:
        raise ApplicationEndedError(state=application.state)


def _refuse_form(store: SealedStore, form: ApplicationForm, *, privacy_version: str, today: date) -> None:
    if form.privacy_version != privacy_version:
        raise PrivacyTextOutdatedError(version=privacy_version)
    refuse_impossible_birth(form.born, today)
    district_id = store.units.unit(form.unit_id).district_id
    if district_id is None:
        raise DistrictNeededError(unit_id=form.unit_id)
    published = PolicyStore(store.connection).in_force(district_id, today)
    earn = typed(published.parameters if published else {}).earn
    least = youngest_applicant(form.sex, min_age=earn.min_age, min_age_women=earn.min_age_women, adult_age=ADULT_AGE)
    if age_on(form.born, today) < least:
        raise ApplicantTooYoungError(min_age=least)
