"""What two people decide, as it is kept: a row, locked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState

_ACCEPTED = {ProposalState.ACCEPTED: True, ProposalState.DECLINED: False}


def lock_row(connection: Connection, table: sa.Table, column: sa.Column[Any], identity: UUID) -> RowMapping:
    """Return a row for change.

    Raises:
        RecordNotFoundError: there is none.
    """
    row = connection.execute(sa.select(table).where(column == identity).with_for_update()).mappings().first()
    if row is None:
        raise RecordNotFoundError
    return row


def is_accepted(state: str) -> bool | None:
    """Tell what the second person said; None when nobody has."""
    return _ACCEPTED.get(ProposalState(state))
