"""The second member of staff's word on a gift, donation or exchange that another asked for somebody."""

import dataclasses
from datetime import datetime
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.programme.refusals import PersonNotFoundError
from libs.programme.two_people import Verdict
from services.redemption.core.messages import tell
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.facts import in_force, refuse_unless_second
from services.redemption.core.rules.people import CommandContext
from services.redemption.core.rules.who_may import refuse_close, refuse_deceased, refuse_suspended, refuse_unless_power
from services.redemption.gifts import messages, store
from services.redemption.gifts.rules import CreditFacts, CreditKind, CreditRequest, refuse_by_policy


def decide_credit(
    connection: Connection, context: CommandContext, kind: CreditKind, request_id: UUID, verdict: Verdict
) -> None:
    """Ask the ledger to post what another member of staff asked for somebody, or turn it down for good.

    Raises:
        ForbiddenError: no member of staff whose role reaches the giver, or close to the giver or receiver.
        MakerIsCheckerError: the caller asked for it.
        AlreadyDecidedError, ProposalLapsedError: it waits for nobody.
        RuleError: a rule of the policy bars it by now.
    """
    caller, now, power = context.caller, context.now, POWERS["decide_credit_for"]
    facts = store.load_decision(connection, context, request_id)
    request = facts.request if facts.request is not None and facts.request.kind is kind else None
    refuse_unless_second(caller, power, request.asked.by if request else None)
    assert request is not None, "who may decide is asked after the request was found"
    giver = facts.giver.known(request.giver_id)
    refuse_unless_power(caller, power, facts.giver.path)
    if request.receiver_id is not None and facts.receiver is None:
        raise PersonNotFoundError(person_id=request.receiver_id)
    refuse_close(caller.person_id, giver, facts.receiver, related=facts.close)
    decided = request.decided(verdict)
    if verdict.ok:
        refuse_suspended(giver)
        refuse_deceased(giver)
        decided = _under_todays_rules(decided, facts, now=now)
        tell(connection, context, messages.credit_requested(decided))
    store.save_decision(connection, decided)


def _under_todays_rules(request: CreditRequest, facts: CreditFacts, *, now: datetime) -> CreditRequest:
    """Nothing was set aside while it waited: it is allowed now, in this month, or it is not."""
    policy = in_force(facts.policy, request.district_id)
    request = dataclasses.replace(request, policy_version=policy.version, month=month_of(now))
    refuse_by_policy(request, facts, policy)
    return request
