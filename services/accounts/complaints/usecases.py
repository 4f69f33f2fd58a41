"""Contest a suspension or anything else that was done to oneself, and answer it as somebody who did not do it."""

from uuid import UUID

from libs.errors import ForbiddenError, IdReusedError
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import PersonStatus
from services.accounts.complaints.refusals import ComplaintOpenError
from services.accounts.complaints.rules import About, Complaint, ComplaintState
from services.accounts.complaints.store import ComplaintStore
from services.accounts.core.acts import Act
from services.accounts.core.refusals import WrongPersonStateError
from services.accounts.persons.usecases.suspend_person import end_suspension


def complain(act: Act, *, complaint_id: UUID, person_id: UUID, about: About, words: str) -> Complaint:
    """Say in one's own words what is wrong, or write it down for a person who says it (with their consent, `Act`).

    It is the one thing that a suspended person may do, for themselves only.

    Raises:
        PersonNotFoundError, PersonSuspendedError
        OutOfScopeError, ForbiddenError: the actor may not act for this person.
        WrongPersonStateError: who is not suspended contests a suspension, or the person is dead or erased.
        ComplaintOpenError: an earlier complaint that the actor wrote about the same waits for its answer.
        IdReusedError: another complaint has this id.
    """
    if person_id != act.actor_id:
        act.require("act_for", act.store.persons.person(person_id).home_unit_id)
    person = act.store.persons.lock_person(person_id)
    person.refuse_unless_living()
    if about is About.SUSPENSION and person.status is not PersonStatus.SUSPENDED:
        raise WrongPersonStateError(state=person.status)
    if ComplaintStore(act.connection).find(complaint_id) is not None:
        raise IdReusedError(complaint_id=complaint_id)
    if ComplaintStore(act.connection).is_open(person_id, about, filed_by=act.actor_id):
        raise ComplaintOpenError(about=about)
    complaint = Complaint(complaint_id, person_id, act.actor_id, about, words, act.now)
    ComplaintStore(act.connection).add(complaint)
    return complaint


def answer_complaint(act: Act, *, complaint_id: UUID, is_upheld: bool, reason: str) -> Complaint:
    """Answer a complaint with a reason; one about a suspension that is upheld ends the suspension.

    Raises:
        RecordNotFoundError: there is none, or it is of nobody whom the actor's role reaches.
        MakerIsCheckerError: who suspended the person would answer, or the person.
        PersonNotBelowError
        AlreadyDecidedError: it is answered.
    """
    complaint = ComplaintStore(act.connection).lock(complaint_id)
    if complaint is None or not _may_answer(act, complaint):
        raise RecordNotFoundError(complaint_id=complaint_id)
    act.require_above(complaint.person_id)
    is_about_suspension = complaint.about is About.SUSPENSION
    answered = complaint.answer(
        by=act.actor_id,
        decided_by=act.store.persons.suspended_by(complaint.person_id) if is_about_suspension else None,
        is_upheld=is_upheld,
        reason=reason,
        now=act.now,
    )
    ComplaintStore(act.connection).save_answer(answered)
    person = act.store.persons.lock_person(complaint.person_id)
    if is_about_suspension and is_upheld and person.status is PersonStatus.SUSPENDED:
        end_suspension(act, person, reason)
    return answered


def complaints_within(
    act: Act, unit_id: UUID, *, state: ComplaintState | None, after: UUID | None, limit: int
) -> list[Complaint]:
    """Return what people at a unit and below complain of, to who may answer it there; the look is logged.

    Raises:
        UnitNotFoundError, OutOfScopeError, ForbiddenError
    """
    act.require("answer_complaint", unit_id)
    complaints = ComplaintStore(act.connection).within(unit_id, state=state, after=after, limit=limit)
    _log_look(act, complaints)
    return complaints


def find_complaint(act: Act, complaint_id: UUID) -> Complaint:
    """Return a complaint to who made it, or to who may answer it, whose look is logged.

    Raises:
        RecordNotFoundError: there is none, or not for the actor.
    """
    complaint = ComplaintStore(act.connection).find(complaint_id)
    if complaint is None or not (complaint.person_id == act.actor_id or _may_answer(act, complaint)):
        raise RecordNotFoundError(complaint_id=complaint_id)
    _log_look(act, [complaint])
    return complaint


def _log_look(act: Act, complaints: list[Complaint]) -> None:
    people = sorted({complaint.person_id for complaint in complaints})
    act.store.records.log_views(viewer_id=act.actor_id, person_ids=people, what="complaint", why="", at=act.now)


def _may_answer(act: Act, complaint: Complaint) -> bool:
    try:
        return act.holds("answer_complaint", act.store.persons.person(complaint.person_id).home_unit_id)
    except ForbiddenError:
        return False
