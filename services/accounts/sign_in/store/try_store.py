"""Save and load how often something was tried, by what it is counted against."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.accounts.sign_in.rules import Tries
from services.accounts.sign_in.tables import counted_try

KEPT = timedelta(days=2)
FORGOTTEN_AT_ONCE_MAX = 100
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class TryStore:
    """Tries of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, subjects: Iterable[bytes]) -> dict[bytes, Tries]:
        """Return what is known of each subject; nobody else counts against them until the transaction ends."""
        wanted = sorted(set(subjects))
        fresh = [{"subject": subject, "tries": 0, "last_at": _NEVER, "open_at": _NEVER} for subject in wanted]
        self._connection.execute(insert(counted_try).on_conflict_do_nothing(), fresh)
        query = sa.select(counted_try).where(counted_try.c.subject.in_(wanted)).order_by(counted_try.c.subject)
        rows = self._connection.execute(query.with_for_update())
        return {bytes(row.subject): Tries(row.tries, row.last_at, row.open_at) for row in rows}

    def save(self, changed: Mapping[bytes, Tries]) -> None:
        """Save what `lock` returned and was changed."""
        for subject, tries in sorted(changed.items()):
            self._connection.execute(
                counted_try.update()
                .where(counted_try.c.subject == subject)
                .values(tries=tries.count, last_at=tries.last_at, open_at=tries.open_at)
            )

    def forget(self, subject: bytes) -> None:
        """Start counting anew."""
        self._connection.execute(counted_try.delete().where(counted_try.c.subject == subject))

    def forget_old(self, now: datetime) -> None:
        """Delete what no longer counts, a bounded number, and nothing that somebody else is at."""
        old = sa.select(counted_try.c.subject).where(counted_try.c.last_at < now - KEPT)
        old = old.limit(FORGOTTEN_AT_ONCE_MAX).with_for_update(skip_locked=True)
        self._connection.execute(counted_try.delete().where(counted_try.c.subject.in_(old)))
