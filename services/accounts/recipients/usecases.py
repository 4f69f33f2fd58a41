"""Record an ability grade or hardship categories, and confirm them as a second person."""

from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.words import Grade, Hardship
from services.accounts.core.acts import Act
from services.accounts.core.refusals import RecordNotFoundError
from services.accounts.core.rules.persons import Person
from services.accounts.recipients.rules import Finding, FindingKind
from services.accounts.recipients.store import FindingStore

_POWERS = {FindingKind.ASSESSMENT: "assess_grade", FindingKind.HARDSHIP: "record_hardship"}


def record_finding(
    act: Act,
    *,
    finding_id: UUID,
    kind: FindingKind,
    person_id: UUID,
    grade: Grade | None = None,
    categories: tuple[Hardship, ...] = (),
) -> Finding:
    """Record what was found about a person; it takes effect when a checker confirms it.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not record this about the person.
        MakerIsCheckerError, PersonNotBelowError
        IdReusedError
    """
    person = act.store.persons.person(person_id)
    act.require_over(_POWERS[kind], person)
    if FindingStore(act.connection).find_finding(finding_id) is not None:
        raise IdReusedError(finding_id=finding_id)
    finding = Finding(
        finding_id=finding_id,
        kind=kind,
        person_id=person_id,
        recorded_by=act.actor_id,
        recorded_at=act.now,
        grade=grade,
        categories=tuple(sorted(set(categories))),
    )
    FindingStore(act.connection).add_finding(finding)
    return finding


def decide_finding(act: Act, *, finding_id: UUID, kind: FindingKind, ok: bool, why: str) -> tuple[Finding, Person]:
    """Confirm a finding as the second person, so that it counts from now on; or turn it down, without any effect.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, PersonNotBelowError, AlreadyDecidedError, RecordLapsedError
        OutOfScopeError, ForbiddenError: the actor may not confirm records of this person.
    """
    finding = FindingStore(act.connection).find_finding(finding_id)
    if finding is None or finding.kind is not kind:
        raise RecordNotFoundError(finding_id=finding_id)
    person = act.store.persons.lock_person(finding.person_id)
    if finding.recorded_by != act.actor_id:
        act.require_over("confirm_record", person)
    decided = finding.decide(by=act.actor_id, ok=ok, why=why, now=act.now)
    FindingStore(act.connection).save_finding(decided)
    if decided.confirmed_by is None:
        return decided, person
    changed = decided.applied_to(person)
    act.store.persons.save(changed)
    act.publish(changed)
    return decided, changed
