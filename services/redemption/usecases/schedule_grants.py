"""Grant this month's credit to every key elder of a district who has not had it."""

from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.outbox import append
from libs.programme.policy.store import policy_on
from services.redemption import messages
from services.redemption.domain.calendar import month_of
from services.redemption.domain.grants import GrantRun, grant_amount, is_key_elder
from services.redemption.domain.people import Caller
from services.redemption.store import credit_store as store, known_store as known
from services.redemption.usecases.authorise import refuse_unless_power


def schedule_grants(
    connection: Connection, caller: Caller, *, grant_run_id: UUID, unit_id: UUID, now: datetime
) -> GrantRun:
    """Keep a run and ask the ledger to post it, all or nothing; a run for nobody is done at once.

    Raises:
        ForbiddenError: the caller may not grant in this district.
        GrantAmountUnsetError: the bureau has not entered the amount.
    """
    refuse_unless_power(connection, caller, "schedule_grants", unit_id)
    district_id = known.district_of(connection, unit_id)
    store.lock_giver(connection, district_id)
    if store.find_grant_run_state(connection, grant_run_id) is not None:
        raise IdReusedError
    today, month = local_date(now), month_of(now)
    policy = policy_on(connection, district_id, today)
    amount = grant_amount(policy)
    had = store.granted_in(connection, month=month, district_id=district_id)
    elders = [person for person in known.recipients_of(connection, district_id) if is_key_elder(person, today)]
    run = GrantRun(
        grant_run_id=grant_run_id,
        district_id=district_id,
        month=month,
        amount_minutes=amount,
        person_ids=tuple(elder.person_id for elder in elders if elder.person_id not in had),
        requested_by=caller.person_id,
        policy_version=policy.version,
    )
    store.add_grant_run(connection, run, requested_at=now)
    if run.person_ids:
        append(connection, messages.grant_scheduled(run, now))
    return run
