"""Ask the ledger to move earned credit: a gift to a relative, a donation to the pool, goods where allowed."""

from dataclasses import dataclass
from uuid import UUID

from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.acting_grants import GrantedAct
from libs.programme.policy import Policy
from libs.programme.refusals import RelationNotVerifiedError
from services.redemption.core.messages import tell
from services.redemption.core.rules.acting import acted_for, acts_as_staff, giver_of
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.facts import in_force
from services.redemption.core.rules.people import Acting, Asking, CommandContext, Person
from services.redemption.core.rules.who_may import refuse_close
from services.redemption.core.usecases.authorise import tell_of_act
from services.redemption.gifts import messages, store
from services.redemption.gifts.rules import CreditKind, CreditRequest, refuse_by_policy


@dataclass(frozen=True)
class CreditTerms:
    """What is asked for; `receiver_id` only of a gift."""

    request_id: UUID
    kind: CreditKind
    minutes: int
    acting: Acting
    receiver_id: UUID | None = None


def request_credit(connection: Connection, context: CommandContext, terms: CreditTerms) -> CreditRequest:
    """Keep a gift, donation or exchange that the policy in force allows, and ask the ledger to post it.

    What staff ask for somebody waits for a second member of staff first (`decide_credit`).

    Raises:
        ForbiddenError: the caller may not act for the giver, or is close to one of the two.
        RuleError: a rule of the policy bars it.
        IdReusedError: the id belongs to another's request.
    """
    other = acted_for(context.caller, terms.acting)
    facts = store.load_asked(
        connection,
        context,
        giver_id=other or context.caller.person_id,
        receiver_id=terms.receiver_id,
        request_id=terms.request_id,
    )
    giver, grant = giver_of(context, terms.acting, facts.giver, minutes=terms.minutes)
    if terms.receiver_id is not None and facts.receiver is None:
        raise RelationNotVerifiedError  # Somebody nobody knows of is answered as a stranger is.
    is_by_staff = acts_as_staff(context.caller, terms.acting, facts.giver)
    if is_by_staff:
        refuse_close(context.caller.person_id, giver, facts.receiver, related=facts.close)
    if facts.request is not None:
        raise IdReusedError
    policy = in_force(facts.policy, giver.district_id)
    request = _request(context, terms, policy, giver=giver, receiver=facts.receiver)
    refuse_by_policy(request, facts, policy)
    if is_by_staff:
        request = request.proposed()
    store.add_credit_request(connection, request)
    tell_of_act(
        connection,
        context,
        terms.acting,
        grant,
        GrantedAct.GIVE,
        subject_id=terms.request_id,
        district_id=giver.district_id,
        minutes=terms.minutes,
    )
    if not is_by_staff:
        tell(connection, context, messages.credit_requested(request))
    return request


def _request(
    context: CommandContext, terms: CreditTerms, policy: Policy, *, giver: Person, receiver: Person | None
) -> CreditRequest:
    acting, other = terms.acting, acted_for(context.caller, terms.acting)
    return CreditRequest(
        request_id=terms.request_id,
        kind=terms.kind,
        district_id=giver.district_id,
        giver_id=giver.person_id,
        giver_district_id=giver.district_id,
        receiver_id=receiver.person_id if receiver else None,
        receiver_district_id=receiver.district_id if receiver else None,
        amount_minutes=terms.minutes,
        policy_version=policy.version,
        month=month_of(context.now),
        asked=Asking(context.caller.person_id, context.now, other, acting.consent if other else None, acting.why),
    )
