"""What happens to credit when people move, die, or are erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from libs.clock import to_microseconds
from libs.db import Connection
from libs.db.rows import save_row
from libs.outbox import append
from libs.programme.policy import Policy
from libs.programme.refusals import CreditRemainingError, OpenObligationsError
from services.ledger import messages
from services.ledger.domain.persons import EmptyWallets, MoveDistrict
from services.ledger.domain.postings import Terms, pool
from services.ledger.domain.reasons import Reason
from services.ledger.domain.request_ids import request_id_after
from services.ledger.domain.wallets import Id
from services.ledger.store import known
from services.ledger.store.balances import balances_of_person
from services.ledger.usecases.post import Postings


def move_credit(
    connection: Connection, postings: Postings, *, person_id: UUID, old_district: UUID, new_district: UUID, cause: UUID
) -> None:
    """Bring what is available to the wallets of the new district."""
    command = MoveDistrict(
        request_id=request_id_after(cause.bytes, "move"),
        district_id=old_district.bytes,
        terms=Terms(cause=cause.bytes, act_id=person_id.bytes),
        person_id=person_id.bytes,
        new_district_id=new_district.bytes,
    )
    postings.post(connection, [command])


def schedule_estate(connection: Connection, person_id: UUID, policy: Policy, now: datetime) -> None:
    """After the policy's days the credit of a dead person goes to the pool by itself."""
    due = now + timedelta(hours=24 * policy.death.settle_within_days)
    known.set_credit_due(connection, person_id, to_microseconds(due))


def answer_erasure(
    connection: Connection, *, erasure_id: UUID, person_id: UUID, district_id: UUID, credit_to_pool: bool, now: datetime
) -> None:
    """Say whether credit or holds stand against ending the use of a person's data; nothing moves before it ended."""
    balances = balances_of_person(connection, person_id.bytes)
    code = ""
    if any(minutes for key, minutes in balances.items() if key.is_held()):
        code = OpenObligationsError.code
    elif any(balances.values()) and not credit_to_pool:
        code = CreditRemainingError.code
    row = {"erasure_id": erasure_id, "person_id": person_id, "credit_to_pool": credit_to_pool}
    save_row(connection, known.erasure, row)
    answer = messages.erasure_answered(
        erasure_id=erasure_id, person_id=person_id, district_id=district_id, code=code, now=now
    )
    append(connection, answer)


def empty_erased(connection: Connection, postings: Postings, *, person_id: UUID, cause: UUID) -> None:
    """Give what credit is left of an erased person to the pools of the districts it is in."""
    districts = {key.district_id for key, minutes in balances_of_person(connection, person_id.bytes).items() if minutes}
    commands = [
        empty(person_id.bytes, district_id, Reason.ERASURE, cause=cause.bytes) for district_id in sorted(districts)
    ]
    postings.post(connection, commands)


def empty(person_id: Id, district_id: Id, reason: Reason, *, cause: Id) -> EmptyWallets:
    """All that is available of a person in a district, to its pool."""
    return EmptyWallets(
        request_id=request_id_after(cause, f"{reason.label}:{district_id.hex()}"),
        district_id=district_id,
        terms=Terms(cause=cause, act_id=person_id),
        person_id=person_id,
        to=pool(district_id),
        reason=reason,
    )
