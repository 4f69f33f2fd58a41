"""Tell the others that volunteers' insurance ended, on the day after its last day."""

from datetime import datetime, timedelta

from libs.clock import local_date, local_midnight
from services.accounts import messages
from services.accounts.store.store import Store

LAPSES_PER_RUN_MAX = 200


def next_lapse(store: Store) -> datetime | None:
    """Return when the next lapse is to be announced."""
    last_day = store.persons.first_insurance_end()
    return local_midnight(last_day + timedelta(days=1)) if last_day else None


def announce_lapses(store: Store, *, now: datetime) -> int:
    """Announce what has lapsed, up to a bound; return how many."""
    lapsed = store.persons.insured_before(local_date(now), limit=LAPSES_PER_RUN_MAX)
    for person in lapsed:
        last_day = person.qualifications.insured_until
        assert last_day is not None
        store.append(messages.qualification_lapsed(person, qualification="insurance", last_valid_on=last_day, now=now))
        store.persons.mark_lapse_announced(person)
    return len(lapsed)
