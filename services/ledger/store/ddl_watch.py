"""Changes of the journal's schema are recorded, by a function of the first migration."""

from __future__ import annotations

from libs.db.watched import ensure_watch

RECORDED_BY = "journal.record_ddl"


def ensure_ddl_watch(owner_url: str) -> None:
    """See to it that a migrated ledger database is watched.

    Raises:
        UnwatchedError: it is not, and a superuser must let the owner do it.
    """
    ensure_watch(owner_url, RECORDED_BY)
