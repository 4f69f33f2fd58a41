"""Rights in migrations: the service's role by convention, granted table by table."""

from __future__ import annotations

from typing import Protocol

import sqlalchemy
from sqlalchemy.engine import Connection


class Operations(Protocol):
    """What a migration needs of `alembic.op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""

    def get_bind(self) -> Connection:
        """Return the connection the migration runs on."""


def app_role(op: Operations) -> str:
    """Return the role the service runs as, from the role that owns its tables."""
    owner = op.get_bind().scalar(sqlalchemy.text("SELECT current_user"))
    assert isinstance(owner, str)
    assert owner.endswith("_owner"), "migrations run as <service>_owner"
    return owner.removesuffix("_owner") + "_app"


def grant(op: Operations, rights: str, *tables: str) -> None:
    """Grant rights such as "SELECT, INSERT" on tables to the service's role."""
    op.execute(f"GRANT {rights} ON {', '.join(tables)} TO {app_role(op)}")
