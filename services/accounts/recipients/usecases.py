"""Record an ability grade or hardship categories, and confirm them as a second person."""

from collections.abc import Collection
from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import propose
from libs.programme.words import Grade, Hardship
from services.accounts.core.authorise import require_over
from services.accounts.core.command_context import CommandContext
from services.accounts.core.messages import publish_person
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.recipients.rules import Finding, FindingKind
from services.accounts.recipients.store import FindingStore

_POWERS = {FindingKind.ASSESSMENT: "assess_grade", FindingKind.HARDSHIP: "record_hardship"}


def record_finding(
    store: SealedStore,
    context: CommandContext,
    *,
    finding_id: UUID,
    kind: FindingKind,
    person_id: UUID,
    grade: Grade | None = None,
    categories: Collection[Hardship] = (),
) -> Finding:
    """Record what was found about a person; it takes effect when a checker confirms it.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not record this about the person.
        MakerIsCheckerError, PersonNotBelowError, WrongPersonStateError
        IdReusedError
    """
    person = store.persons.lock_person(person_id)
    require_over(store, context, _POWERS[kind], person)
    person.refuse_unless_living()
    findings = FindingStore(store.connection)
    if findings.find(finding_id) is not None:
        raise IdReusedError(finding_id=finding_id)
    finding = Finding(
        proposal=propose(proposal_id=finding_id, by=context.caller_id, now=context.now, hands=frozenset({person_id})),
        kind=kind,
        person_id=person_id,
        grade=grade,
        categories=tuple(sorted(set(categories))),
    )
    findings.add(finding)
    return finding


def decide_finding(
    store: SealedStore, context: CommandContext, *, finding_id: UUID, kind: FindingKind, ok: bool, why: str
) -> tuple[Finding, Person]:
    """Confirm a finding as the second person, so that it counts from now on; or turn it down, without any effect.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, PersonNotBelowError, AlreadyDecidedError, ProposalLapsedError
        OutOfScopeError, ForbiddenError: the actor may not confirm records of this person.
    """
    findings = FindingStore(store.connection)
    person = store.persons.lock_person(findings.person_of(finding_id))
    finding = findings.find(finding_id)
    if finding is None or finding.kind is not kind:
        raise RecordNotFoundError(finding_id=finding_id)
    if finding.proposal.proposed_by != context.caller_id:
        require_over(store, context, "confirm_record", person)
    decided = finding.decide(context.verdict(ok=ok, why=why))
    findings.save(decided)
    if not decided.is_confirmed:
        return decided, person
    person.refuse_unless_living()
    changed = decided.applied_to(person)
    store.persons.save(changed)
    publish_person(store, context, changed)
    return decided, changed
