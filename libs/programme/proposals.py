"""How an act of two people is kept: the same columns in every table of such acts, and one run that ends what lapsed.

A table of acts has these columns beside its own; its rows are never deleted.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.programme.two_people import Proposal, ProposalState

LAPSED_PER_RUN_MAX = 200
COLUMNS_SQL = """
            proposed_by uuid NOT NULL,
            proposed_at timestamptz NOT NULL,
            lapses_at timestamptz NOT NULL,
            state text NOT NULL,
            decided_by uuid,
            decided_at timestamptz,
            decision_why text NOT NULL DEFAULT '',
            CHECK (decided_by IS NULL OR decided_by <> proposed_by)"""
"""What a migration writes into `CREATE TABLE`: a database of its own holds that two people are two."""


WORDS_OF = "words_of"
"""What a column's `info` says of a person's own words: the columns that say whose end blanks them."""


def proposal_columns(*, words_of: tuple[str, ...] = ()) -> list[sa.Column[Any]]:
    """Return the columns of an act of two people, as code sees them; `words_of` name whom the act is about."""
    return [
        sa.Column("proposed_by", sa.Uuid),
        sa.Column("proposed_at", sa.DateTime(timezone=True)),
        sa.Column("lapses_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_why", sa.Text, info={WORDS_OF: words_of}),
    ]


def columns_of(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal's values by column."""
    return {
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at,
        "lapses_at": proposal.lapses_at,
        "state": proposal.state,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
        "decision_why": proposal.why,
    }


def proposal_of(row: Any, *, proposal_id: UUID, hands: Collection[UUID] = ()) -> Proposal:
    """Return the proposal of a row: a mapping, or one with an attribute for each column (also of a prepared select)."""
    kept = row if isinstance(row, Mapping) else _Attributes(row)
    return Proposal(
        proposal_id=proposal_id,
        proposed_by=kept["proposed_by"],
        proposed_at=kept["proposed_at"],
        lapses_at=kept["lapses_at"],
        hands=frozenset(hands),
        state=ProposalState(kept["state"]),
        decided_by=kept["decided_by"],
        decided_at=kept["decided_at"],
        why=kept["decision_why"] or "",
    )


class _Attributes:
    """A row's columns by name."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getitem__(self, column: str) -> Any:
        return getattr(self._row, column)


def first_lapse(connection: Connection, tables: Sequence[sa.Table]) -> datetime | None:
    """Return when the next proposal of these tables lapses, if nobody decides it before."""
    waiting = (
        sa.select(sa.func.min(table.c.lapses_at)).where(table.c.state == ProposalState.PROPOSED).scalar_subquery()
        for table in tables
    )
    lapses_at: datetime | None = connection.scalar(sa.select(sa.func.least(*waiting)))
    return lapses_at


def lapse_proposals(connection: Connection, tables: Sequence[sa.Table], *, now: datetime) -> int:
    """Mark as lapsed what nobody decided in time, up to a bound for each table; return how many."""
    return sum(_lapse(connection, table, now) for table in tables)


def _lapse(connection: Connection, table: sa.Table, now: datetime) -> int:
    (key,) = table.primary_key.columns
    late = (
        sa.select(key)
        .where(table.c.state == ProposalState.PROPOSED, table.c.lapses_at <= now)
        .order_by(table.c.lapses_at)
        .limit(LAPSED_PER_RUN_MAX)
        .with_for_update(skip_locked=True)
    )
    marked = table.update().where(key.in_(late)).values(state=ProposalState.LAPSED)
    return int(connection.execute(marked).rowcount)
