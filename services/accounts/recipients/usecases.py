"""Record an ability grade or hardship categories, and confirm them as a second person."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from libs.errors import IdReusedError
from libs.http.lists import Page
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import propose
from libs.programme.words import Grade, Hardship
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import (
    require_over,
    require_power_somewhere,
    require_view,
    whose_proposals,
)
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.recipients.rules import Finding, FindingKind
from services.accounts.recipients.store import ABOUT, FINDINGS, FindingStore, finding_of, kept_finding, new_finding

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
    require_power_somewhere(context, _POWERS[kind])
    [taken] = store.load(context.caller_id, {"about": [person_id]}, new_finding(finding_id))
    person = store.persons.lock_person(person_id)
    require_over(store, context, _POWERS[kind], person)
    person.refuse_unless_living()
    if taken:
        raise IdReusedError(finding_id=finding_id)
    finding = Finding(
        proposal=propose(proposal_id=finding_id, by=context.caller_id, now=context.now, hands=frozenset({person_id})),
        kind=kind,
        person_id=person_id,
        grade=grade,
        categories=tuple(sorted(set(categories))),
    )
    FindingStore(store.connection).add(finding)
    return finding


def decide_finding(
    store: SealedStore, context: CommandContext, *, finding_id: UUID, kind: FindingKind, ok: bool, why: str
) -> tuple[Finding, Person]:
    """Confirm a finding as the second person, so that it counts from now on; or turn it down, without any effect.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, PersonNotBelowError, AlreadyDecidedError, ProposalLapsedError
        OutOfScopeError, ForbiddenError: the actor may not confirm records of this person.
    """
    require_power_somewhere(context, "view_person")
    [rows] = store.load(context.caller_id, {"finding_id": finding_id}, kept_finding(finding_id), about=ABOUT)
    finding = finding_of(rows[0]) if rows else None
    if finding is None or finding.kind is not kind:
        raise RecordNotFoundError(finding_id=finding_id)
    person = store.persons.lock_person(finding.person_id)
    if finding.proposal.proposed_by != context.caller_id:
        require_over(store, context, "confirm_record", person)
    decided = finding.decide(context.verdict(ok=ok, why=why))
    FindingStore(store.connection).save(decided)
    if not decided.is_confirmed:
        return decided, person
    person.refuse_unless_living()
    changed = decided.applied_to(person)
    store.persons.save(changed)
    publish_person(store, context, changed)
    return decided, changed


def list_findings(
    store: SealedStore, context: CommandContext, *, person_id: UUID, query: Mapping[str, Any]
) -> Page[Finding]:
    """Return what was found about a person, with the second person's word: to them, to staff over them, to its maker.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: none of these.
    """
    by = whose_proposals(store, context, person_id)
    page = FINDINGS.page(store.connection, query, person=person_id, by=by)
    if by is not None and not page.rows:
        require_view(store, context, person_id)
    return page.map(finding_of)
