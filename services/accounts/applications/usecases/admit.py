"""Two people make an applicant a volunteer: one signs, another decides; only then is she a person of the platform."""

from dataclasses import replace
from uuid import UUID

from libs.clock import machine_now
from libs.errors import IdReusedError
from libs.ids import id_from_cause
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState, propose
from libs.programme.words import Role
from services.accounts.applications.refusals import StepsMissingError
from services.accounts.applications.rules import Admission, Application, ApplicationState, WaitsFor
from services.accounts.applications.store import ApplicationStore
from services.accounts.applications.usecases.advance import lock_open
from services.accounts.core.refusals import DecisionWaitsError, PhoneNumberTakenError
from services.accounts.core.rules.identity import IdKind, LookUp
from services.accounts.core.rules.persons import Qualifications
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.numbers.store import NumberStore
from services.accounts.persons.usecases.register_person import Registration, enrol
from services.accounts.roles.rules import Sighting
from services.accounts.roles.store import AppointmentStore

ADMIT, CONFIRM = "admit_volunteer", "confirm_volunteer"


def sign_admission(
    store: SealedStore, context: CommandContext, *, application_id: UUID, admission_id: UUID
) -> Application:
    """Sign first, when everything is there; it has no effect until another decides.

    Raises:
        RecordNotFoundError, ApplicationEndedError, ForbiddenError, OutOfScopeError
        StepsMissingError: identity, agreement or training is missing.
        DecisionWaitsError: somebody has signed, and another is to decide.
        IdReusedError
    """
    application = lock_open(store, context, ADMIT, application_id)
    if application.missing is not None:
        raise StepsMissingError(waits_for=application.missing)
    signed = ApplicationStore(store).admissions(application_id)
    if any(admission.proposal.state_at(context.now) is ProposalState.PROPOSED for admission in signed):
        raise DecisionWaitsError(person_id=application_id)
    if any(admission.proposal.proposal_id == admission_id for admission in signed):
        raise IdReusedError(proposal_id=admission_id)
    proposal = propose(proposal_id=admission_id, by=context.caller_id, now=context.now)
    ApplicationStore(store).add_admission(Admission(proposal, application_id))
    return application


def decide_admission(
    store: SealedStore, context: CommandContext, *, application_id: UUID, admission_id: UUID, ok: bool, why: str
) -> Application:
    """Decide as the second person: yes makes her a volunteer who signs in with her number.

    Raises:
        RecordNotFoundError, ApplicationEndedError, ForbiddenError, OutOfScopeError
        MakerIsCheckerError, AlreadyDecidedError, ProposalLapsedError
        PhoneNumberTakenError, PersonExistsError: somebody else was registered with her number or document meanwhile.
    """
    application = lock_open(store, context, CONFIRM, application_id)
    signed = ApplicationStore(store).admissions(application_id)
    waiting = next((admission for admission in signed if admission.proposal.proposal_id == admission_id), None)
    if waiting is None:
        raise RecordNotFoundError(proposal_id=admission_id)
    decided = replace(waiting, proposal=waiting.proposal.decide(context.verdict(ok=ok, why=why)))
    ApplicationStore(store).save_admission(decided)
    if decided.proposal.state is not ProposalState.ACCEPTED:
        return application
    admitted = replace(application, born=None, sex=None).ended(
        ApplicationState.ADMITTED, by=context.caller_id, at=context.now, forget_on=None
    )
    registration = _registration(store, application)
    ApplicationStore(store).save(admitted)
    _make_volunteer(store, context, application, registration)
    return admitted


def _make_volunteer(
    store: SealedStore, context: CommandContext, application: Application, registration: Registration
) -> None:
    """Register her under the application's id; what was sealed is sealed anew, as a person's."""
    identity = application.identity
    assert identity is not None, "nobody signs before"
    assert application.document is not None
    person_id = application.application_id
    store.identities.lock_text(LookUp.PHONE_OPENS, registration.phone_number or "")
    if NumberStore(store).held_by(registration.phone_number or "", at=machine_now()):
        raise PhoneNumberTakenError
    ApplicationStore(store).destroy_seal(person_id)
    person = enrol(store, context, registration)
    sighting_id = id_from_cause(person_id, WaitsFor.IDENTITY)
    seen = Sighting(sighting_id, person_id, application.document, identity.by, identity.at)
    AppointmentStore(store.connection).add_sighting(seen)
    met = person.seen_by(identity.by)
    if met is not person:
        store.persons.save(met)
        publish_person(store, context, met)


def _registration(store: SealedStore, application: Application) -> Registration:
    who = ApplicationStore(store).applicant(application.application_id)
    assert who is not None, "an open application is sealed"
    assert who.id_number is not None, "its document was seen"
    assert application.born is not None
    assert application.sex is not None
    return Registration(
        person_id=application.application_id,
        names={"zh": who.name},
        born=application.born,
        sex=application.sex,
        home_unit_id=application.unit_id,
        roles=(Role.VOLUNTEER,),
        phone_number=who.phone_number,
        id_number=(IdKind(who.id_number["kind"]), who.id_number["number"]),
        qualifications=Qualifications(training=True),
    )
