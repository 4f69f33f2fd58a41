"""Tell the others that volunteers' insurance ended, on the day after its last day."""

from datetime import datetime, timedelta

from libs.clock import local_date, local_midnight
from libs.db import Connection
from services.accounts.core.messages import OnceCause, tell
from services.accounts.core.store.person_store import PersonStore
from services.accounts.volunteers.messages import QualificationLapsed

LAPSES_PER_RUN_MAX = 200
INSURANCE = "insurance"


def next_lapse(connection: Connection) -> datetime | None:
    """Return when the next lapse is to be announced."""
    last_day = PersonStore(connection).first_insurance_end()
    return local_midnight(last_day + timedelta(days=1)) if last_day else None


def announce_lapses(connection: Connection, *, now: datetime) -> int:
    """Announce what has lapsed, up to a bound; return how many."""
    persons = PersonStore(connection)
    lapsed = persons.insured_before(local_date(now), limit=LAPSES_PER_RUN_MAX)
    for person in lapsed:
        last_day = person.qualifications.insured_until
        assert last_day is not None
        cause = OnceCause(person.person_id, f"{INSURANCE}/{last_day}", now)
        tell(connection, cause, QualificationLapsed(person.person_id, INSURANCE, last_day))
        persons.mark_lapse_announced(person)
    return len(lapsed)
