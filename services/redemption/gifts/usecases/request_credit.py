"""Ask the ledger to move earned credit: a gift to a relative, a donation to the pool, goods where allowed."""

from dataclasses import dataclass
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.acting_grants import GrantedAct
from libs.programme.policy import Policy
from libs.programme.policy.store import policy_on
from libs.programme.refusals import RelationNotVerifiedError
from services.redemption.core.messages import tell
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.people import Acting, CommandContext, Person
from services.redemption.core.rules.served import refuse_min_hours
from services.redemption.core.store import directory, locks, service_minutes
from services.redemption.core.usecases.authorise import acted_for, acts_as_staff, giver_of, refuse_close, tell_of_act
from services.redemption.gifts import messages, store
from services.redemption.gifts.rules import CreditKind, CreditRequest, refuse_gift, refuse_goods


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
    giver, grant = giver_of(connection, context, terms.acting, minutes=terms.minutes)
    receiver = _receiver(connection, terms)
    is_by_staff = acts_as_staff(connection, context.caller, terms.acting, giver)
    if is_by_staff:
        refuse_close(connection, context.caller, giver, receiver)
    locks.lock_giver(connection, giver.person_id)
    if store.find_credit_request(connection, terms.request_id) is not None:
        raise IdReusedError
    policy = policy_on(connection, giver.district_id, local_date(context.now))
    request = _request(context, terms, policy, giver=giver, receiver=receiver)
    refuse_by_policy(connection, request, policy)
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
        minutes=terms.minutes,
    )
    if not is_by_staff:
        tell(connection, context, messages.credit_requested(request))
    return request


def _receiver(connection: Connection, terms: CreditTerms) -> Person | None:
    """Somebody nobody knows of is answered as a stranger is."""
    if terms.receiver_id is None:
        return None
    receiver = directory.find_person(connection, terms.receiver_id)
    if receiver is None:
        raise RelationNotVerifiedError
    return receiver


def refuse_by_policy(connection: Connection, request: CreditRequest, policy: Policy) -> None:
    """Refuse what the policy bars, counted in the request's month.

    Raises:
        RuleError: by that rule.
    """
    giver_id = request.giver_id
    if request.receiver_id is not None:
        refuse_gift(
            policy,
            relation=directory.relation_between(connection, person_id=giver_id, relative_id=request.receiver_id),
            amount_minutes=request.amount_minutes,
            month_minutes=store.gift_month_minutes(connection, giver_id=giver_id, month=request.month),
        )
    elif request.kind is CreditKind.EXCHANGE:
        refuse_goods(policy)
        refuse_min_hours(policy, served_minutes=service_minutes.served_minutes(connection, giver_id))


def _request(
    context: CommandContext, terms: CreditTerms, policy: Policy, *, giver: Person, receiver: Person | None
) -> CreditRequest:
    other = acted_for(context.caller, terms.acting)
    return CreditRequest(
        request_id=terms.request_id,
        kind=terms.kind,
        district_id=giver.district_id,
        giver_id=giver.person_id,
        giver_district_id=giver.district_id,
        receiver_id=receiver.person_id if receiver else None,
        receiver_district_id=receiver.district_id if receiver else None,
        amount_minutes=terms.minutes,
        requested_by=context.caller.person_id,
        acting_for=other,
        consent=terms.acting.consent if other else None,
        why=terms.acting.why,
        policy_version=policy.version,
        requested_at=context.now,
        month=month_of(context.now),
    )
