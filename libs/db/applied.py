"""Which migrations a database has had, and in which words: one that was applied never changes afterwards.

What is compared is the migration's own file; of what it imports from `libs` nothing is known here.
"""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Mapping

import alembic.script
import sqlalchemy as sa

_TABLE = """
    CREATE TABLE IF NOT EXISTS applied_migration (
        revision text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )"""


class MigrationChangedError(Exception):
    """A database was made by migrations that are not those of this code; the message says which, and what to do."""


def refuse_foreign(connection: sa.Connection, scripts: alembic.script.ScriptDirectory) -> bool:
    """Let only an empty database pass, or one of this code's migrations; tell whether it is newer than this code.

    Raises:
        MigrationChangedError: another code made it; nothing was changed.
    """
    version = _version(connection)
    if version is None:
        return False
    written = fingerprints(scripts)
    applied = _applied(connection)
    changed = sorted(revision for revision, sha256 in applied.items() if written.get(revision, sha256) != sha256)
    if version not in applied or changed:
        why = f"migration {', '.join(changed)} was another one" if changed else "it was made before they were noted"
        name = connection.scalar(sa.text("SELECT current_database()"))
        raise MigrationChangedError(
            f"The database {name} is at version {version}, but {why} when it was applied. "
            "This code cannot read what stands in it: use the code that made it, or an empty database."
        )
    return version not in written


def note(connection: sa.Connection, scripts: alembic.script.ScriptDirectory) -> None:
    """Write down the migrations that a database has now."""
    connection.execute(sa.text(_TABLE))
    insert = "INSERT INTO applied_migration (revision, sha256) VALUES (:revision, :sha256) ON CONFLICT DO NOTHING"
    rows = [{"revision": revision, "sha256": sha256} for revision, sha256 in fingerprints(scripts).items()]
    connection.execute(sa.text(insert), rows)


def fingerprints(scripts: alembic.script.ScriptDirectory) -> Mapping[str, str]:
    """Return the SHA-256 of each migration's file, the oldest first."""
    revisions = reversed(list(scripts.walk_revisions()))
    return {one.revision: hashlib.sha256(pathlib.Path(one.path).read_bytes()).hexdigest() for one in revisions}


def _version(connection: sa.Connection) -> str | None:
    if connection.scalar(sa.text("SELECT to_regclass('alembic_version')")) is None:
        return None
    version = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def _applied(connection: sa.Connection) -> Mapping[str, str]:
    if connection.scalar(sa.text("SELECT to_regclass('applied_migration')")) is None:
        return {}
    return {row.revision: row.sha256 for row in connection.execute(sa.text("SELECT * FROM applied_migration"))}
