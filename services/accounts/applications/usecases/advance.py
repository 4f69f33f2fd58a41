"""What the desk records on the way: the document was seen, the agreement signed, the training done; or a refusal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from libs.clock import local_date
from libs.programme.refusals import MakerIsCheckerError
from libs.programme.two_people import ProposalState
from services.accounts.applications.rules import FORGOTTEN_AFTER_END, Application, ApplicationState, Step, StepName
from services.accounts.applications.store import ApplicationStore
from services.accounts.applications.usecases.apply import refuse_ended
from services.accounts.core.refusals import DateImpossibleError, DecisionWaitsError
from services.accounts.core.rules.identity import IdKind, LookUp, canonical_id_number
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.refusals import PersonExistsError

POWERS: Mapping[StepName, str] = {
    "identity": "see_identity",
    "agreement": "register_person",
    "training": "qualify_volunteer",
}


def lock_open(store: SealedStore, context: CommandContext, power: str, application_id: UUID) -> Application:
    """Return an application that has no result yet, for change by staff of its community.

    Raises:
        RecordNotFoundError, ApplicationEndedError
        PersonSuspendedError, ForbiddenError, OutOfScopeError
    """
    require_power_somewhere(context, power)
    application = ApplicationStore(store).lock(application_id)
    require_power(store, context, power, application.unit_id)
    refuse_ended(application)
    return application


def see_document(
    store: SealedStore, context: CommandContext, *, application_id: UUID, kind: IdKind, number: str
) -> Application:
    """Record that the caller saw who applies, and the number of the document, sealed.

    Raises:
        RecordNotFoundError, ApplicationEndedError, IdNumberInvalidError
        ForbiddenError, OutOfScopeError
        MakerIsCheckerError: it is the caller's own document.
        PersonExistsError: somebody with this document is registered.
        DecisionWaitsError: somebody has signed, and another is to decide.
    """
    application = lock_open(store, context, POWERS["identity"], application_id)
    _refuse_signed(store, context, application_id)
    holders = store.identities.found_by(LookUp.ID_NUMBER, canonical_id_number(kind, number))
    if context.caller_id in holders:
        raise MakerIsCheckerError
    if holders:
        raise PersonExistsError
    who = ApplicationStore(store).applicant(application_id)
    assert who is not None, "an open application is sealed"
    ApplicationStore(store).seal(application_id, replace(who, id_number={"kind": kind, "number": number}))
    seen = replace(application, document=kind, identity=_step(context, local_date(context.now)))
    ApplicationStore(store).save(seen)
    return seen


def record_step(
    store: SealedStore, context: CommandContext, *, application_id: UUID, name: StepName, on: date
) -> Application:
    """Record on which day the agreement was signed, or the training done.

    Raises:
        RecordNotFoundError, ApplicationEndedError
        ForbiddenError, OutOfScopeError
        DateImpossibleError: a day to come, or before the applicant was born.
        DecisionWaitsError: somebody has signed, and another is to decide.
    """
    application = lock_open(store, context, POWERS[name], application_id)
    _refuse_signed(store, context, application_id)
    if on > context.today or (application.born is not None and on < application.born):
        raise DateImpossibleError
    changed = application.recorded(name, _step(context, on))
    ApplicationStore(store).save(changed)
    return changed


def refuse_application(store: SealedStore, context: CommandContext, *, application_id: UUID, why: str) -> Application:
    """Refuse an application with a reason, which the applicant reads.

    Raises:
        RecordNotFoundError, ApplicationEndedError
        ForbiddenError, OutOfScopeError
    """
    application = lock_open(store, context, "admit_volunteer", application_id)
    refused = application.ended(
        ApplicationState.REFUSED,
        by=context.caller_id,
        at=context.now,
        forget_on=local_date(context.now + FORGOTTEN_AFTER_END),
        why=why,
    )
    ApplicationStore(store).save(refused)
    return refused


def _refuse_signed(store: SealedStore, context: CommandContext, application_id: UUID) -> None:
    """Refuse to change what somebody has signed and another is to decide.

    Raises:
        DecisionWaitsError
    """
    signed = ApplicationStore(store).admissions(application_id)
    if any(admission.proposal.state_at(context.now) is ProposalState.PROPOSED for admission in signed):
        raise DecisionWaitsError(person_id=application_id)


def _step(context: CommandContext, on: date) -> Step:
    return Step(context.caller_id, context.now, on)
