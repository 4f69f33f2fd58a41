"""The second member of staff's word on a gift, donation or exchange that another asked for somebody."""

import dataclasses
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.programme.policy.store import policy_on
from libs.programme.refusals import AlreadyDecidedError
from services.redemption.core.messages import tell
from services.redemption.core.rules import who_may
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.people import CommandContext, Verdict
from services.redemption.core.store import directory, locks
from services.redemption.core.usecases.authorise import refuse_close, refuse_unless_power, refuse_unless_second
from services.redemption.gifts import messages, store
from services.redemption.gifts.rules import CreditKind, CreditRequest, RequestState
from services.redemption.gifts.usecases.request_credit import refuse_by_policy

LAPSES_AT_ONCE = 200


def decide_credit(
    connection: Connection, context: CommandContext, kind: CreditKind, request_id: UUID, verdict: Verdict
) -> None:
    """Ask the ledger to post what another member of staff asked for somebody, or turn it down for good.

    Raises:
        ForbiddenError: no member of staff whose role reaches the giver, or close to the giver or receiver.
        MakerIsCheckerError: the caller asked for it.
        AlreadyDecidedError: it waits for nobody.
        RuleError: a rule of the policy bars it by now.
    """
    caller, now = context.caller, context.now
    request = _locked(connection, kind, request_id)
    refuse_unless_second(caller, "decide_credit_for", request.requested_by if request else None)
    assert request is not None, "who may decide is asked after the request was found"
    giver = directory.person_of(connection, request.giver_id)
    refuse_unless_power(connection, caller, "decide_credit_for", giver.home_unit_id)
    receiver = directory.person_of(connection, request.receiver_id) if request.receiver_id else None
    refuse_close(connection, caller, giver, receiver)
    if request.state is not RequestState.PROPOSED:
        raise AlreadyDecidedError
    decided = request.decided(ok=verdict.ok, by=caller.person_id, why=verdict.why, at=now)
    if verdict.ok:
        who_may.refuse_suspended(giver)
        who_may.refuse_deceased(giver)
        decided = _under_todays_rules(connection, decided, now=now)
        tell(connection, context, messages.credit_requested(decided))
    store.save_credit_request(connection, decided)


def _locked(connection: Connection, kind: CreditKind, request_id: UUID) -> CreditRequest | None:
    giver_id = store.giver_of(connection, request_id)
    if giver_id is None:
        return None
    locks.lock_giver(connection, giver_id)
    request = store.find_credit_request(connection, request_id)
    return request if request is not None and request.kind is kind else None


def _under_todays_rules(connection: Connection, request: CreditRequest, *, now: datetime) -> CreditRequest:
    """Nothing was set aside while it waited: it is allowed now, in this month, or it is not."""
    policy = policy_on(connection, request.district_id, local_date(now))
    request = dataclasses.replace(request, policy_version=policy.version, month=month_of(now))
    refuse_by_policy(connection, request, policy)
    return request


def lapse_proposals(connection: Connection, *, now: datetime) -> int:
    """End what nobody decided in time; return how many were."""
    lapsing = store.lapsing(connection, now, limit=LAPSES_AT_ONCE)
    for request in lapsing:
        store.save_credit_request(connection, request.lapsed())
    return len(lapsing)
