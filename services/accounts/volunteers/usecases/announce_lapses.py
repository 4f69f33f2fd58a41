"""Tell the others that volunteers' insurance ended, on the day after its last day."""

from collections.abc import Callable
from datetime import datetime, timedelta

from libs.clock import local_date, local_midnight
from libs.outbox import OutgoingEvent
from services.accounts.core.store.person_store import PersonStore
from services.accounts.volunteers.messages import qualification_lapsed

LAPSES_PER_RUN_MAX = 200


def next_lapse(persons: PersonStore) -> datetime | None:
    """Return when the next lapse is to be announced."""
    last_day = persons.first_insurance_end()
    return local_midnight(last_day + timedelta(days=1)) if last_day else None


def announce_lapses(persons: PersonStore, *, append: Callable[[OutgoingEvent], None], now: datetime) -> int:
    """Announce what has lapsed, up to a bound; return how many."""
    lapsed = persons.insured_before(local_date(now), limit=LAPSES_PER_RUN_MAX)
    for person in lapsed:
        last_day = person.qualifications.insured_until
        assert last_day is not None
        append(qualification_lapsed(person, qualification="insurance", last_valid_on=last_day, now=now))
        persons.mark_lapse_announced(person)
    return len(lapsed)
