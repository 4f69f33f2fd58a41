"""What callers wait for: which of it is decided."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection


def decided(connection: Connection, questions: Iterable[str], ids: Iterable[UUID]) -> Mapping[UUID, dict[str, object]]:
    """Return those of the ids that wait for nothing any more, by the questions of all features in one statement."""
    rows = connection.execute(sa.text(" UNION ALL ".join(questions)), {"ids": list(ids)})
    return {row.id: {"state": row.state} for row in rows}
