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
    """Return the role the service runs as."""
    return role_of(op, "app")


def role_of(op: Operations, kind: str) -> str:
    """Return a role of the service, from the role that owns its tables."""
    owner = op.get_bind().scalar(sqlalchemy.text("SELECT current_user"))
    assert isinstance(owner, str)
    assert owner.endswith("_owner"), "migrations run as <service>_owner"
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(op: Operations, rights: str, *tables: str, to: str = "app") -> None:
    """Grant rights such as "SELECT, INSERT" on tables to the service's role, or to another kind of its roles."""
    op.execute(f"GRANT {rights} ON {', '.join(tables)} TO {role_of(op, to)}")
