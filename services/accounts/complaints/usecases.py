"""Contest a suspension or anything else that was done to oneself, and answer it as somebody who did not do it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from libs.errors import ForbiddenError, IdReusedError
from libs.http.lists import Page
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import PersonStatus
from services.accounts.complaints.refusals import ComplaintOpenError
from services.accounts.complaints.rules import About, Complaint
from services.accounts.complaints.store import (
    ABOUT,
    COMPLAINTS,
    ComplaintStore,
    complaint_of,
    kept_complaint,
    new_complaint,
    waiting_complaint,
)
from services.accounts.core.refusals import WrongPersonStateError
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import has_power, require_above, require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.usecases.suspend_person import end_suspension


def complain(
    store: SealedStore, context: CommandContext, *, complaint_id: UUID, person_id: UUID, about: About, words: str
) -> Complaint:
    """Say in one's own words what is wrong, or write it down for a person who says it, with their consent.

    It is the one thing that a suspended person may do, for themselves only.

    Raises:
        PersonNotFoundError, PersonSuspendedError
        OutOfScopeError, ForbiddenError: the actor may not act for this person.
        WrongPersonStateError: who is not suspended contests a suspension, or the person is dead or erased.
        ComplaintOpenError: an earlier complaint that the actor wrote about the same waits for its answer.
        IdReusedError: another complaint has this id.
    """
    if person_id != context.caller_id:
        require_power_somewhere(context, "act_for")
    [taken, waiting] = store.load(
        context.caller_id,
        {"about": [person_id]},
        new_complaint(complaint_id),
        waiting_complaint(person_id, about, filed_by=context.caller_id),
    )
    person = store.persons.lock_person(person_id)
    if person_id != context.caller_id:
        require_power(store, context, "act_for", person.home_unit_id)
    person.refuse_unless_living()
    if about is About.SUSPENSION and person.status is not PersonStatus.SUSPENDED:
        raise WrongPersonStateError(state=person.status)
    if taken:
        raise IdReusedError(complaint_id=complaint_id)
    if waiting:
        raise ComplaintOpenError(about=about)
    complaint = Complaint(complaint_id, person_id, context.caller_id, about, words, context.now)
    ComplaintStore(store.connection).add(complaint)
    return complaint


def answer_complaint(
    store: SealedStore, context: CommandContext, *, complaint_id: UUID, is_upheld: bool, reason: str
) -> Complaint:
    """Answer a complaint with a reason; one about a suspension that is upheld ends the suspension.

    Raises:
        RecordNotFoundError: there is none, or it is of nobody whom the actor's role reaches.
        MakerIsCheckerError: who suspended the person would answer, or the person.
        PersonNotBelowError
        AlreadyDecidedError: it is answered.
    """
    terms = {"complaint_id": complaint_id}
    [rows] = store.load(context.caller_id, terms, kept_complaint(complaint_id), about=ABOUT)
    complaint = complaint_of(rows[0]) if rows else None
    if complaint is None or not _may_answer(store, context, complaint):
        raise RecordNotFoundError(complaint_id=complaint_id)
    require_above(store, context, complaint.person_id)
    is_about_suspension = complaint.about is About.SUSPENSION
    answered = complaint.answer(
        by=context.caller_id,
        decided_by=store.persons.suspended_by(complaint.person_id) if is_about_suspension else None,
        is_upheld=is_upheld,
        reason=reason,
        now=context.now,
        lent_by=context.hands,
    )
    ComplaintStore(store.connection).save_answer(answered)
    person = store.persons.lock_person(complaint.person_id)
    if is_about_suspension and is_upheld and person.status is PersonStatus.SUSPENDED:
        end_suspension(store, context, person, reason)
    return answered


def list_complaints(store: SealedStore, context: CommandContext, query: Mapping[str, Any]) -> Page[Complaint]:
    """Return the caller's own complaints, or those of people at a unit to who may answer them there; looks are logged.

    Raises:
        UnitNotFoundError, OutOfScopeError, ForbiddenError
    """
    if query["unit"] is None:
        query = {**query, "person": context.caller_id}
    else:
        require_power(store, context, "answer_complaint", query["unit"])
    page = COMPLAINTS.page(store.connection, query).map(complaint_of)
    _log_look(store, context, page.rows)
    return page


def find_complaint(store: SealedStore, context: CommandContext, complaint_id: UUID) -> Complaint:
    """Return a complaint to who made it, or to who may answer it, whose look is logged.

    Raises:
        RecordNotFoundError: there is none, or not for the actor.
    """
    complaint = ComplaintStore(store.connection).find(complaint_id)
    if complaint is None or not (complaint.person_id == context.caller_id or _may_answer(store, context, complaint)):
        raise RecordNotFoundError(complaint_id=complaint_id)
    _log_look(store, context, [complaint])
    return complaint


def _log_look(store: SealedStore, context: CommandContext, complaints: Sequence[Complaint]) -> None:
    people = sorted({complaint.person_id for complaint in complaints})
    store.records.log_views(viewer_id=context.caller_id, person_ids=people, what="complaint", why="", at=context.now)


def _may_answer(store: SealedStore, context: CommandContext, complaint: Complaint) -> bool:
    try:
        return has_power(store, context, "answer_complaint", store.persons.person(complaint.person_id).home_unit_id)
    except ForbiddenError:
        return False
