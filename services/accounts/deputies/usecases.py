"""Name a deputy, accept it, end it; and what begins and ends by its days."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.ids import id_from_cause
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import LAPSES_AFTER, propose
from libs.programme.words import PersonStatus
from services.accounts.core.messages import OnceCause
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.store.store import Store
from services.accounts.core.usecases.authorise import require_above, require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.deputies import store as deputies
from services.accounts.deputies.refusals import AlreadyAwayError, DeputyAwayError
from services.accounts.deputies.rules import AbsenceReason, Days, Deputyship, refuse_role, refuse_unfit

NAME, DECIDE = "name_deputy", "decide_deputy"


@dataclass(frozen=True)
class NewDeputyship:
    """Who is to stand in for which role of whom, on which days, and why."""

    deputyship_id: UUID
    grant_id: UUID
    deputy_id: UUID
    days: Days
    reason: AbsenceReason


def name_deputy(store: Store, context: CommandContext, new: NewDeputyship) -> Deputyship:
    """Propose who stands in for one's own role, or for that of somebody below.

    Raises:
        RecordNotFoundError: nobody holds the role, or not where the caller may know of it.
        ForbiddenError, OutOfScopeError, PersonNotBelowError: neither one's own role nor that of somebody below.
        NoDeputyForRoleError, AbsenceOutOfRangeError, DeputyUnfitError, AlreadyAwayError, DeputyAwayError
        IdReusedError
    """
    require_power_somewhere(context, NAME)
    seen = _grant_to_fill(store, context, new.grant_id)
    # Whoever names one waits for whoever names another of the same people, so that no two overlap.
    people = store.persons.lock_persons(sorted({seen.person_id, new.deputy_id}))
    if deputies.is_taken(store.connection, new.deputyship_id):
        raise IdReusedError
    refuse_role(seen)
    new.days.refuse_out_of_range(context.today)
    is_active = people[new.deputy_id].status is PersonStatus.ACTIVE
    _refuse_unfit(store, seen, new.deputy_id, is_active=is_active)
    _refuse_overlap(store, context.now, new, seen)
    deputyship = _proposed(context, new, seen)
    deputies.add(store.connection, deputyship)
    return deputyship


def candidates_for(store: Store, context: CommandContext, grant_id: UUID) -> list[UUID]:
    """Return who may stand in for a role of one's own, or of somebody below, up to a bound.

    Raises:
        RecordNotFoundError, ForbiddenError, OutOfScopeError, PersonNotBelowError, NoDeputyForRoleError
    """
    require_power_somewhere(context, NAME)
    grant = _grant_to_fill(store, context, grant_id)
    refuse_role(grant)
    return deputies.fit_for(store.connection, grant)


def decide_deputy(store: Store, context: CommandContext, *, deputyship_id: UUID, ok: bool, why: str) -> Deputyship:
    """Accept or decline, as the deputy, or as somebody above who is away; from its first day on the role is lent.

    Raises:
        RecordNotFoundError
        MakerIsCheckerError: the caller, or whom they stand in for above who is away, proposed it or is whoever is away.
        ForbiddenError, OutOfScopeError, PersonNotBelowError: neither the deputy nor above who is away.
        DeputyUnfitError, AlreadyDecidedError, ProposalLapsedError
    """
    deputyship, people = _locked(store, context, deputyship_id)
    if context.caller_id not in (deputyship.absent_id, deputyship.deputy_id, deputyship.proposal.proposed_by):
        _require_superior(store, context, DECIDE, deputyship.absent_id, deputyship.unit_id)
    verdict = context.verdict(ok=ok, why=why)
    if context.caller_id == deputyship.deputy_id:
        # Whoever stands in already says yes to the next absence in their own name.
        verdict = replace(verdict, lent_by=frozenset())
    decided = deputyship.decide(verdict)
    if ok:
        grant = store.persons.find_grant(deputyship.grant_id)
        is_active = people[deputyship.deputy_id].status is PersonStatus.ACTIVE
        if grant is None:
            raise RecordNotFoundError(grant_id=deputyship.grant_id)
        _refuse_unfit(store, grant, deputyship.deputy_id, is_active=is_active)
    deputies.save(store.connection, decided)
    return _begin(store, context, decided) if ok and decided.days.begin_at <= context.now else decided


def end_deputy(store: Store, context: CommandContext, *, deputyship_id: UUID) -> Deputyship:
    """End it early, or take it back: by either of the two, or by somebody above who is away.

    Raises:
        RecordNotFoundError, AbsenceEndedError
        ForbiddenError, OutOfScopeError, PersonNotBelowError
    """
    deputyship, _people = _locked(store, context, deputyship_id)
    if context.caller_id not in (deputyship.absent_id, deputyship.deputy_id):
        _require_superior(store, context, DECIDE, deputyship.absent_id, deputyship.unit_id)
    return _end(store, context, deputyship, by=context.caller_id)


def run_deputies(connection: Connection, now: datetime) -> int:
    """Begin and end what is due, and end what lost its ground because a role ended; return how many, up to a bound."""
    due = deputies.due_ids(connection, now)
    for deputyship_id in due:
        store = Store(connection)
        store.persons.lock_persons(sorted(deputies.people_of(connection, deputyship_id)))
        deputyship = deputies.lock(connection, deputyship_id)
        if deputyship.ended_at is not None:
            continue  # Somebody ended it while this waited for them.
        if deputyship.days.end_at <= now or not deputies.has_ground(connection, deputyship_id):
            _end(store, OnceCause(deputyship_id, "ended", now), deputyship, by=None)
        else:
            _begin(store, OnceCause(deputyship_id, "begun", now), deputyship)
    return len(due)


def _grant_to_fill(store: Store, context: CommandContext, grant_id: UUID) -> RoleGrant:
    grant = deputies.find_grant(store.connection, grant_id)
    if grant is None:
        raise RecordNotFoundError(grant_id=grant_id)
    if grant.person_id != context.caller_id:
        _require_superior(store, context, NAME, grant.person_id, grant.unit_id)
    return grant


def _locked(store: Store, context: CommandContext, deputyship_id: UUID) -> tuple[Deputyship, dict[UUID, Person]]:
    require_power_somewhere(context, DECIDE)
    people = store.persons.lock_persons(sorted(deputies.people_of(store.connection, deputyship_id)))
    return deputies.lock(store.connection, deputyship_id), people


def _require_superior(store: Store, context: CommandContext, power: str, absent_id: UUID, unit_id: UUID) -> None:
    require_power(store, context, power, unit_id)
    require_above(store, context, absent_id)


def _refuse_unfit(store: Store, grant: RoleGrant, deputy_id: UUID, *, is_active: bool) -> None:
    holds = deputies.holds_the_same(store.connection, deputy_id, role=grant.role, unit_id=grant.unit_id)
    refuse_unfit(deputy_id, absent_id=grant.person_id, is_active=is_active, holds_the_same=holds)


def _refuse_overlap(store: Store, now: datetime, new: NewDeputyship, grant: RoleGrant) -> None:
    for other in deputies.open_in(store.connection, new.days, now=now):
        if other.grant_id == new.grant_id:
            raise AlreadyAwayError(begins_on=other.days.begins_on, ends_on=other.days.ends_on)
        if other.absent_id == new.deputy_id or other.deputy_id == grant.person_id:
            raise DeputyAwayError(person_id=other.absent_id)


def _proposed(context: CommandContext, new: NewDeputyship, grant: RoleGrant) -> Deputyship:
    lapses_after = min(LAPSES_AFTER, new.days.end_at - context.now)
    return Deputyship(
        proposal=propose(
            proposal_id=new.deputyship_id,
            by=context.caller_id,
            now=context.now,
            hands=frozenset({grant.person_id}),
            lapses_after=lapses_after,
        ),
        grant_id=grant.grant_id,
        absent_id=grant.person_id,
        deputy_id=new.deputy_id,
        role=grant.role,
        unit_id=grant.unit_id,
        days=new.days,
        reason=new.reason,
    )


def _begin(store: Store, context: CommandContext | OnceCause, deputyship: Deputyship) -> Deputyship:
    """Lend the role: the deputy holds it under their own name, marked with whose it is."""
    lent_id = id_from_cause(deputyship.deputyship_id, "lent")
    decided_by = deputyship.proposal.decided_by
    assert decided_by is not None, "only what was accepted begins"
    lent = RoleGrant(
        lent_id,
        deputyship.deputy_id,
        deputyship.role,
        deputyship.unit_id,
        decided_by,
        context.now,
        lent_by_id=deputyship.absent_id,
    )
    store.persons.add_grants([lent])
    begun = replace(deputyship, lent_id=lent_id)
    deputies.save(store.connection, begun)
    _tell_deputy(store, context, begun)
    return begun


def _end(store: Store, context: CommandContext | OnceCause, deputyship: Deputyship, *, by: UUID | None) -> Deputyship:
    ended = deputyship.end(by=by, now=context.now)
    deputies.save(store.connection, ended)
    lent = store.persons.find_grant(ended.lent_id) if ended.lent_id else None
    if lent is not None:
        store.persons.end_grant(lent.grant_id, by=by or ended.proposal.proposed_by, at=context.now)
        _tell_deputy(store, context, ended)
    return ended


def _tell_deputy(store: Store, context: CommandContext | OnceCause, deputyship: Deputyship) -> None:
    changed = store.persons.lock_person(deputyship.deputy_id).changed()
    store.persons.save(changed)
    publish_person(store, context, changed)
