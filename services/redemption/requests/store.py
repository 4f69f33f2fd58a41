"""Redemptions and what was captured of them."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.db.rows import add_row, change_rows, find_row
from libs.programme.acting import consent_from_json
from services.redemption.core.rules.calendar import week_of
from services.redemption.core.store.lists import silence_acting
from services.redemption.requests import tables as t
from services.redemption.requests.rules.redemption import Hold, Redemption, State

_LOCK_SPACE = 11


def lock_recipient(connection: Connection, recipient_id: UUID) -> None:
    """Let one request for a recipient be decided at a time: the weekly limit counts all of them."""
    statement = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :space))")
    connection.execute(statement, {"key": str(recipient_id), "space": _LOCK_SPACE})


def add_redemption(connection: Connection, redemption: Redemption) -> None:
    """Keep a new redemption."""
    add_row(connection, t.redemption, _row(redemption))


def find_redemption(connection: Connection, redemption_id: UUID) -> Redemption | None:
    """Return a redemption as it is, without a lock."""
    row = find_row(connection, t.redemption, redemption_id=redemption_id)
    return _redemption(row._asdict()) if row else None


def lock_redemption(connection: Connection, redemption_id: UUID) -> Redemption | None:
    """Return a redemption for change, or None."""
    row = find_row(connection, t.redemption, redemption_id=redemption_id, for_update=True)
    return _redemption(row._asdict()) if row else None


def save_redemption(connection: Connection, redemption: Redemption) -> None:
    """Keep what has changed."""
    row = _row(redemption)
    changed = {name: row[name] for name in ("state", "code", "hold", "end_why", "decided_at")}
    change_rows(connection, t.redemption, changed, redemption_id=redemption.redemption_id)


def week_minutes(connection: Connection, *, recipient_id: UUID, week: date) -> int:
    """Return what a week's limit counts: asked or held at the price, fulfilled at what was captured."""
    statement = sa.text("""
        SELECT coalesce(sum(CASE WHEN r.state = 'fulfilled' THEN coalesce(c.paid, 0) ELSE r.price_minutes END), 0)
        FROM redemption r LEFT JOIN LATERAL (
            SELECT sum(paid_minutes) AS paid FROM capture WHERE redemption_id = r.redemption_id AND NOT is_reversed
        ) c ON true
        WHERE r.recipient_id = :recipient_id AND r.week = :week AND r.state IN ('requested', 'held', 'fulfilled')""")
    return int(connection.execute(statement, {"recipient_id": recipient_id, "week": week}).scalar_one())


def save_capture(connection: Connection, *, redemption_id: UUID, settlement: int, paid_minutes: int) -> None:
    """Keep what a settlement took from the payer."""
    statement = insert(t.capture).values(
        redemption_id=redemption_id, settlement=settlement, paid_minutes=paid_minutes, is_reversed=False
    )
    keys = ["redemption_id", "settlement"]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_={"paid_minutes": paid_minutes}))


def reverse_capture(connection: Connection, *, redemption_id: UUID, settlement: int) -> None:
    """Count a settlement no more, whichever of the two is heard of first."""
    statement = insert(t.capture).values(
        redemption_id=redemption_id, settlement=settlement, paid_minutes=0, is_reversed=True
    )
    keys = ["redemption_id", "settlement"]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_={"is_reversed": True}))


def has_open_redemption(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the person is recipient or payer of something not yet over."""
    row = t.redemption.c
    query = sa.select(sa.literal(1)).where(
        sa.or_(row.recipient_id == person_id, row.payer_id == person_id), row.state.in_(("requested", "held"))
    )
    return connection.execute(query.limit(1)).first() is not None


def _row(redemption: Redemption) -> dict[str, Any]:
    row = {field.name: getattr(redemption, field.name) for field in dataclasses.fields(redemption)}
    row["consent"] = redemption.consent.to_json() if redemption.consent else None
    return row | {"state": redemption.state.value, "hold": redemption.hold.value, "week": week_of(redemption.start_at)}


def _redemption(row: Mapping[str, Any]) -> Redemption:
    fields = {name: row[name] for name in Redemption.__dataclass_fields__}
    values = {"state": State(row["state"]), "hold": Hold(row["hold"]), "consent": consent_from_json(row["consent"])}
    return Redemption(**{**fields, **values})


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Delete the words recorded about a person who has gone."""
    silence_acting(connection, t.redemption, person_id)
