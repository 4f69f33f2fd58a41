"""What every restore does around putting a copy back: choose it, begin anew after it, and look at what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from libs.bus import Broker
from libs.db import Database
from services.accounts.bootstrap import end_again
from services.ledger.audit.verify import Terms, run as verify
from services.operator.adopting import Adoption
from services.operator.backup.options import Restored, Wanted
from services.operator.backup.sealed_folder import ERASED, BackupRefusedError, SealedFolder
from services.operator.reconcile import reconcile

Ended = Sequence[Mapping[str, str]]


class OfAPoint(Protocol):
    """What a copy is of."""

    @property
    def point_at(self) -> str:
        """Return its moment as it is written."""

    @property
    def point(self) -> datetime:
        """Return its moment."""


A = TypeVar("A", bound=OfAPoint)


def choose(copies: Sequence[tuple[Path, A]], to: datetime | None, *, root: Path, kind: str) -> tuple[Path, A]:
    """Return the newest of copies, the oldest first, that is not later than the moment wanted.

    Raises:
        BackupRefusedError: there is none.
    """
    if not copies:
        raise BackupRefusedError(f"there is no copy of {kind} in {root}")
    fitting = [(copy, about) for copy, about in copies if to is None or about.point <= to]
    if not fitting:
        raise BackupRefusedError(f"the oldest copy in {root} is of {copies[0][1].point_at}, which is later")
    return fitting[-1]


def whose_ended(store: SealedFolder, wanted: Wanted) -> Ended:
    """Return whose data have ended: as of the newest copy, or on the list that was given.

    Raises:
        DamagedFileError
    """
    kept: Ended = store.read_json(store.root / ERASED) if wanted.ended is None else wanted.ended
    return kept


def begin_anew(
    urls: Mapping[str, str],
    broker: Broker | None,
    wanted: Wanted,
    ended: Iterable[Mapping[str, str]],
    *,
    now: datetime,
    say: Callable[[str], object],
) -> int:
    """Begin new epochs, tell everybody, and end again what had ended; return of how many persons."""
    databases = {name: Database(url, pool_max=2, application_name="restore") for name, url in urls.items()}
    try:
        for words in Adoption(databases, operator=wanted.operator, reason=wanted.reason).adopt_all(broker):
            say(words)
        with databases["accounts"].transaction() as connection:
            return end_again(connection, ended, now)
    finally:
        for database in databases.values():
            database.dispose()


def look_at(urls: Mapping[str, str], terms: Terms, *, now: datetime, ended_again: int) -> Restored:
    """Check the ledger, and hold the services against each other."""
    report = verify(urls["ledger"], terms)
    return Restored(
        findings=[str(finding) for finding in report.findings],
        differences=[f"{gap.check}: {gap.subject}: {gap.words}" for gap in reconcile(urls, now=now)],
        ended_again=ended_again,
    )
