"""The seeds of the days, and what was drawn."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.db.rows import add_row, change_rows
from libs.programme.refusals import RecordNotFoundError
from services.orders.approving.rules.sample import SampleCall, SampleOutcome
from services.orders.core.store.tables import sample_call, table_of

SEED_BYTES = 32
sample_seed = table_of("sample_seed", "day", day=sa.Date, seed=sa.LargeBinary)


def find_seed(connection: Connection, day: date) -> bytes | None:
    """Return the seed of a day, if anything was drawn on it."""
    seed = connection.execute(sa.select(sample_seed.c.seed).where(sample_seed.c.day == day)).scalar()
    return None if seed is None else bytes(seed)


def seed_of(connection: Connection, day: date) -> bytes:
    """Return the seed of a day, which is made when it is first asked for."""
    seed = find_seed(connection, day)
    if seed is not None:
        return seed
    made = {"day": day, "seed": secrets.token_bytes(SEED_BYTES)}
    connection.execute(insert(sample_seed).values(made).on_conflict_do_nothing())
    seed = find_seed(connection, day)
    assert seed is not None
    return seed


def add_call(connection: Connection, call: SampleCall) -> None:
    """Keep that an order was drawn."""
    add_row(connection, sample_call, asdict(call))


def find_call(connection: Connection, order_id: UUID) -> SampleCall | None:
    """Return what is known of a drawn order."""
    row = connection.execute(sa.select(sample_call).where(sample_call.c.order_id == order_id)).mappings().first()
    if row is None:
        return None
    return SampleCall(**{**row, "outcome": SampleOutcome(row["outcome"]) if row["outcome"] else None})


def load_call(connection: Connection, order_id: UUID) -> SampleCall:
    """Return what is known of a drawn order, which its caller has locked.

    Raises:
        RecordNotFoundError: it was not drawn.
    """
    call = find_call(connection, order_id)
    if call is None:
        raise RecordNotFoundError
    return call


def save_call(connection: Connection, call: SampleCall) -> None:
    """Keep what came of a call."""
    change_rows(connection, sample_call, asdict(call), order_id=call.order_id)
