"""Who acts for whom, and under what: staff in scope with consent, or a relative under a grant."""

from uuid import UUID

from libs.clock import local_date
from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.programme.acting import refuse_unless_consented
from libs.programme.acting_grants import GrantedAct, GrantedScope, choose_grant, refuse_beyond_month
from libs.programme.words import PersonStatus
from services.redemption.core.rules import who_may
from services.redemption.core.rules.facts import PersonFacts
from services.redemption.core.rules.people import Acting, Caller, CommandContext, Person


def acted_for(caller: Caller, acting: Acting) -> UUID | None:
    """Return whom the caller acts for, if not themselves."""
    return acting.acting_for if acting.acting_for != caller.person_id else None


def acts_as_staff(caller: Caller, acting: Acting, person: PersonFacts) -> bool:
    """Tell whether the caller acts for the person as staff, not under a relative's grant."""
    return acted_for(caller, acting) is not None and caller.reaches(POWERS["act_for"], person.path)


def refuse_unless_acts_for(
    context: CommandContext, acting: Acting, facts: PersonFacts, act: GrantedAct, *, minutes: int
) -> GrantedScope | None:
    """Refuse unless the caller may act for the person: staff in scope with consent, or a relative under a grant.

    Return the grant; None for staff.

    Raises:
        ForbiddenError, OutOfScopeError, RelationNotVerifiedError: as `who_may.acts_as_staff`.
        ConsentMissingError: no consent that counts, or no grant for a relative.
        GrantEndedError, GrantOutOfScopeError, GrantMinutesExceededError: by the grant.
    """
    assert facts.person is not None, "who acts is asked after the person was found"
    grant = None
    if not who_may.acts_as_staff(context.caller, roles=POWERS["act_for"], path=facts.path, relation=facts.relation):
        grant = choose_grant(facts.grants, act, day=local_date(context.now))
        if minutes:
            refuse_beyond_month(grant, used_minutes=facts.used_minutes.get(grant.grant_id, 0), minutes=minutes)
    can_consent = facts.person.status != PersonStatus.DECEASED
    refuse_unless_consented(acting.consent, now=context.now, under_grant=grant is not None, can_consent=can_consent)
    return grant


def giver_of(
    context: CommandContext, acting: Acting, facts: PersonFacts, *, minutes: int
) -> tuple[Person, GrantedScope | None]:
    """Return whose credit is meant, the caller's own or that of the person they may act for; and under which grant."""
    who_may.refuse_auditor(context.caller)
    other, grant = acted_for(context.caller, acting), None
    giver = facts.known(other or context.caller.person_id)
    if other is not None:
        grant = refuse_unless_acts_for(context, acting, facts, GrantedAct.GIVE, minutes=minutes)
    who_may.refuse_suspended(giver)
    who_may.refuse_deceased(giver)
    return giver, grant


def refuse_unless_may_ask(
    context: CommandContext, acting: Acting, *, recipient: PersonFacts, payer: PersonFacts, minutes: int
) -> GrantedScope | None:
    """Refuse unless the caller may ask for this help at this payer's cost; return the grant a relative acts under.

    Another's credit is spent only at that person's own word: the payer asks, or someone who may act for the payer.
    A coordinator asks for people of her unit in her own right, at the recipient's cost.
    """
    caller = context.caller
    who_may.refuse_auditor(caller)
    assert payer.person is not None, "who may ask is asked after the payer was found"
    assert recipient.person is not None, "and the recipient"
    payer_id, recipient_id = payer.person.person_id, recipient.person.person_id
    is_own_cost = payer_id == recipient_id
    other = acted_for(caller, acting)
    if caller.person_id == payer_id and other in (None, recipient_id):
        return None
    if other is not None:
        person = payer if other == payer_id else recipient
        grant = refuse_unless_acts_for(context, acting, person, GrantedAct.ASK, minutes=minutes)
        if other != payer_id:
            raise ForbiddenError
        return grant
    who_may.refuse_unless_power(caller, POWERS["place_order"], recipient.path)
    if not is_own_cost:
        raise ForbiddenError
    return None
