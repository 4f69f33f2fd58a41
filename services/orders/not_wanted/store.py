"""Whom a recipient does not want."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from libs.db import Connection
from libs.db.prepared import Prepared
from libs.db.rows import delete_rows
from libs.http.lists import Listing, equals
from libs.programme.acting import Consent
from services.orders.core.rules.life_cycle import State
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.tables import INSTANT, orders, table_of
from services.orders.rounds.store import round_stop

not_wanted = table_of(
    "not_wanted",
    "recipient_id volunteer_id",
    recipient_id=sa.Uuid,
    volunteer_id=sa.Uuid,
    said_by=sa.Uuid,
    said_at=INSTANT,
    consent=JSONB(none_as_null=True),
    why=sa.Text,
)
_SHOWN = sa.select(*(not_wanted.c[name] for name in ("recipient_id", "volunteer_id", "said_by", "said_at", "why")))
NOT_WANTED = Listing(
    _SHOWN,
    order=(not_wanted.c.said_at, not_wanted.c.volunteer_id),
    narrowed={"person": equals(not_wanted.c.recipient_id), "but": lambda caller: not_wanted.c.volunteer_id != caller},
    scope=("but",),
    newest_first=True,
)
_RECIPIENTS = Prepared(
    sa.select(not_wanted.c.recipient_id).where(not_wanted.c.volunteer_id == sa.bindparam("volunteer_id"))
)


@dataclass(frozen=True)
class Word:
    """A recipient's word, by themself or by who may act for them, that a volunteer is not wanted."""

    recipient_id: UUID
    volunteer_id: UUID
    said_by: UUID
    said_at: datetime
    consent: Consent | None
    why: str


def who_do_not_want(connection: Connection, volunteer_id: UUID) -> frozenset[UUID]:
    """Return the recipients who do not want a volunteer."""

    def read() -> frozenset[UUID]:
        return frozenset(_RECIPIENTS.scalars(connection, {"volunteer_id": volunteer_id}))

    return memo.get_or(connection, ("who do not want", volunteer_id), read)


def ask_who_do_not_want(volunteer_id: UUID) -> Ask:
    """Ask as `who_do_not_want` does."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("who do not want", volunteer_id), frozenset(row["recipient_id"] for row in rows))

    return ask(_RECIPIENTS, {"volunteer_id": volunteer_id}, remember)


def count_of(connection: Connection, recipient_id: UUID, *, but: UUID) -> int:
    """Return how many volunteers a recipient does not want, beside one."""
    mine = (not_wanted.c.recipient_id == recipient_id, not_wanted.c.volunteer_id != but)
    return connection.execute(sa.select(sa.func.count()).where(*mine)).scalar_one()


def save_word(connection: Connection, word: Word) -> None:
    """Keep a word; said again, the last one counts."""
    said = {
        "said_by": word.said_by,
        "said_at": word.said_at,
        "consent": word.consent.to_json() if word.consent else None,
        "why": word.why,
    }
    pair = {"recipient_id": word.recipient_id, "volunteer_id": word.volunteer_id}
    statement = insert(not_wanted).values(pair | said)
    connection.execute(statement.on_conflict_do_update(index_elements=list(pair), set_=said))


def delete_word(connection: Connection, *, recipient_id: UUID, volunteer_id: UUID) -> bool:
    """Delete a word with its reason; False where there is none."""
    return delete_rows(connection, not_wanted, recipient_id=recipient_id, volunteer_id=volunteer_id) > 0


def offered_orders(connection: Connection, *, recipient_id: UUID, volunteer_id: UUID) -> Iterable[UUID]:
    """Return the orders of a recipient, and the rounds that go to them, that are offered to a volunteer."""
    rounds = sa.select(round_stop.c.order_id).where(round_stop.c.recipient_id == recipient_id)
    is_offered = (orders.c.state == State.PUBLISHED.value) & orders.c.offers_to.contains([volunteer_id])
    query = sa.union(
        sa.select(orders.c.order_id).where(orders.c.recipient_id == recipient_id, is_offered),
        sa.select(orders.c.order_id).where(orders.c.order_id.in_(rounds), is_offered),
    )
    return connection.execute(query).scalars().all()
