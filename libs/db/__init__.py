"""A service's database: one transaction per command or batch, migrations, an embedded server."""

from sqlalchemy.engine import Connection

from libs.db.database import TRANSIENT, Database, after_commit, collect, savepoint, write_at_end

__all__ = ["TRANSIENT", "Connection", "Database", "after_commit", "collect", "savepoint", "write_at_end"]
