"""Grant this month's credit to every key elder of a district who has not had it."""

from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.policy.store import policy_on
from services.redemption.core.messages import tell
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.people import CommandContext
from services.redemption.core.store import directory
from services.redemption.core.usecases.authorise import refuse_unless_power
from services.redemption.grants import messages, store
from services.redemption.grants.rules import GrantRun, grant_amount, is_key_elder


def schedule_grants(connection: Connection, context: CommandContext, *, grant_run_id: UUID, unit_id: UUID) -> GrantRun:
    """Keep a run and ask the ledger to post it, all or nothing; a run for nobody is done at once.

    Raises:
        ForbiddenError: the caller may not grant in this district.
        GrantAmountUnsetError: the bureau has not entered the amount.
    """
    refuse_unless_power(connection, context.caller, "schedule_grants", unit_id)
    district_id = directory.district_of(connection, unit_id)
    if store.lock_run(connection, grant_run_id, district_id):
        raise IdReusedError
    today, month = local_date(context.now), month_of(context.now)
    policy = policy_on(connection, district_id, today)
    amount = grant_amount(policy)
    had = store.granted_in(connection, month=month, district_id=district_id)
    elders = [person for person in directory.recipients_of(connection, district_id) if is_key_elder(person, today)]
    run = GrantRun(
        grant_run_id=grant_run_id,
        district_id=district_id,
        month=month,
        amount_minutes=amount,
        person_ids=tuple(elder.person_id for elder in elders if elder.person_id not in had),
        requested_by=context.caller.person_id,
        policy_version=policy.version,
    )
    store.add_grant_run(connection, run, requested_at=context.now)
    if run.person_ids:
        tell(connection, context, messages.grant_scheduled(run))
    return run


def record_answer(connection: Connection, grant_run_id: UUID, *, state: str, code: str | None = None) -> None:
    """Keep the ledger's answer to a run that waits for it; several transfers of one posting say so several times."""
    if store.find_grant_run_state(connection, grant_run_id) == "requested":
        store.save_grant_answer(connection, grant_run_id, state=state, code=code)
