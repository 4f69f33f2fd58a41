"""The words recorded about somebody, forgotten when they have gone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

_WORDS: sa.ColumnElement[Any] = sa.literal_column("'{words}'")
_NOTHING: sa.ColumnElement[Any] = sa.literal_column("'\"\"'::jsonb")


def forget_words(connection: Connection, concerned: Sequence[sa.Column[Any]], person_id: UUID) -> None:
    """Blank what somebody wrote in the rows of a table in which one of these columns names the person.

    Who did what and when stays, and so does how a consent was given.
    """
    table = concerned[0].table
    assert isinstance(table, sa.Table)
    blank: dict[str, Any] = {"why": None}
    if "decision_why" in table.c:
        blank["decision_why"] = sa.case((table.c.decision_why.is_not(None), ""))
    if "consent" in table.c:
        blank["consent"] = sa.func.jsonb_set(table.c.consent, _WORDS, _NOTHING)
    is_theirs = sa.or_(*(column == person_id for column in concerned))
    connection.execute(sa.update(table).where(is_theirs).values(blank))
