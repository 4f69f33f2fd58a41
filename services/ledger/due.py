"""What falls due by the clock: grants of a past month go back to their pools, estates nobody settled to theirs.

And what grows with the journal: its rows are added up by month, some thousands in a transaction.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from libs.clock import Clock, from_microseconds, local_date, local_midnight, to_microseconds
from libs.db import Connection
from libs.programme.policy.store import find_policy_on
from services.ledger.domain.days import day_start_us, month_start_us
from services.ledger.domain.grants import ReturnGrants
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.request_ids import request_id_after
from services.ledger.domain.wallets import Id, id_of
from services.ledger.store import due_store, known
from services.ledger.store.sums_store import add_up, book_behind
from services.ledger.usecases.people import empty
from services.ledger.usecases.post import Postings

PERSONS_AT_ONCE = 500
ESTATES_AT_ONCE = 100


class _Instant:
    """A clock that stands at the instant for which something is run."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """Return the instant."""
        return self._instant


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next thing falls due, which may be in the past; None when nothing does."""
    if book_behind(connection) is not None:
        return now
    months = [_month_after(since) for _, since in due_store.granting_districts(connection)]
    estate = due_store.first_estate(connection)
    dues = [day_start_us(month) for month in months] + ([estate] if estate is not None else [])
    return from_microseconds(min(dues)) if dues else None


def run_due(connection: Connection, now: datetime, postings: Postings | None = None) -> int:
    """Do what is due by now; running it again does nothing more. Returns how many postings were made."""
    clock: Clock = _Instant(now)
    posting = postings or Postings(clock)
    done = _return_grants(connection, posting, now) + _settle_estates(connection, posting, now)
    _add_up(connection)
    return done


def _add_up(connection: Connection) -> None:
    """Add up the next rows of a book that has many; nothing is posted for it."""
    book = book_behind(connection)
    if book is not None:
        add_up(connection, book)


def _month_after(since: date) -> date:
    return date(since.year + since.month // 12, since.month % 12 + 1, 1)


def _return_grants(connection: Connection, postings: Postings, now: datetime) -> int:
    """Return grants of the months before this one: of one district, of so many people; who runs what is due runs on."""
    month = local_date(now).replace(day=1)
    for district_id, since in due_store.granting_districts(connection):
        if _month_after(since) <= month:
            return _return_some(connection, postings, district_id, month)
    return 0


def _return_some(connection: Connection, postings: Postings, district_id: UUID, month: date) -> int:
    """Go on where the last transaction stopped; whoever is interrupted loses one chunk's work."""
    policy = find_policy_on(connection, district_id, month)
    people: list[Id] = []
    if policy is None or policy.grant.expires_month_end:
        after = due_store.reached_in_month(connection, district_id, month)
        people = due_store.granted_people(connection, district_id, after=after, limit=PERSONS_AT_ONCE)
    if people:
        postings.post(connection, [_returned(district_id.bytes, tuple(people), month)])
    is_done = len(people) < PERSONS_AT_ONCE
    due_store.set_month_run(connection, district_id, month, reached_id=None if is_done else UUID(bytes=people[-1]))
    return int(bool(people))


def _returned(district_id: Id, person_ids: tuple[Id, ...], month: date) -> ReturnGrants:
    start = to_microseconds(local_midnight(month))
    assert month_start_us(start) == start
    cause = id_of(district_id, f"grants before {month.isoformat()}")
    return ReturnGrants(
        request_id=request_id_after(cause, person_ids[0].hex()),
        district_id=district_id,
        terms=Terms(cause=cause, act_id=cause),
        person_ids=person_ids,
        month_start=start,
    )


def _settle_estates(connection: Connection, postings: Postings, now: datetime) -> int:
    """Give the credit of those who died long enough ago, and whose estate nobody settled, to the pool."""
    due = due_store.estates_due(connection, to_microseconds(now), limit=ESTATES_AT_ONCE)
    for person_id, district_id, due_at in due:
        cause = id_of(person_id.bytes, f"estate due {due_at}")
        postings.post(connection, [empty(person_id.bytes, district_id.bytes, Reason.ESTATE_SETTLED, cause=cause)])
        known.set_credit_due(connection, person_id, None)
    return len(due)
