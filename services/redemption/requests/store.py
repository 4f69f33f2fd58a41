"""Redemptions and what was captured of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.powers import POWERS
from libs.db import write_at_end
from libs.db.driver import pipelined
from libs.db.rows import add_row, change_rows, claim_row, find_row
from libs.programme.known_grants import lock_for
from services.redemption.core.rules.calendar import week_of
from services.redemption.core.rules.people import CommandContext
from services.redemption.core.store import directory, words
from services.redemption.core.store.asking import asking_of, columns_of_asking
from services.redemption.core.store.facts import (
    DISTRICT_OF,
    ask_facts,
    ask_number,
    ask_policy,
    ask_relation,
    terms_of,
)
from services.redemption.core.store.service_minutes import SERVED
from services.redemption.requests import tables as t
from services.redemption.requests.rules.eligibility import AskingFacts
from services.redemption.requests.rules.redemption import Hold, Redemption, State, Terms

_RECIPIENT, _PAYER = "%(recipient_id)s::uuid", "%(payer_id)s::uuid"
_LOCK_SPACE = 11
_WEEK_MINUTES = """
    SELECT coalesce(sum(CASE WHEN r.state = 'fulfilled' THEN coalesce(c.paid, 0) ELSE r.price_minutes END), 0)
    FROM redemption r LEFT JOIN LATERAL (
        SELECT sum(paid_minutes) AS paid FROM capture WHERE redemption_id = r.redemption_id AND NOT is_reversed
    ) c ON true
    WHERE r.recipient_id = %(recipient_id)s AND r.week = %(week)s AND r.state IN ('requested', 'held', 'fulfilled')"""
"""What a week's limit counts: asked or held at the price, fulfilled at what was captured."""


def load_asking(
    connection: Connection,
    context: CommandContext,
    *,
    redemption_id: UUID,
    recipient_id: UUID,
    payer_id: UUID,
    service_code: str,
    week: date,
    may: bool = False,
) -> AskingFacts:
    """Return what asking depends on; no other request for the recipient is decided meanwhile.

    `may`: somebody who may has asked already, as orders says of a day of a series.
    """
    terms = terms_of(context, recipient_id=recipient_id, payer_id=payer_id, week=week)
    caller = context.caller
    may = may or caller.person_id in (recipient_id, payer_id) or caller.has(POWERS["place_order"] | POWERS["act_for"])
    with pipelined(connection):
        lock_for(connection, _RECIPIENT, terms, space=_LOCK_SPACE, may=may, whose=f"{_RECIPIENT}, {_PAYER}")
        kept = claim_row(connection, t.redemption, redemption_id=redemption_id)
        recipient = ask_facts(connection, _RECIPIENT, terms, acting=True)
        payer = ask_facts(connection, _PAYER, terms, acting=payer_id != recipient_id)
        relation = ask_relation(connection, _PAYER, _RECIPIENT, terms)
        service = directory.ask_service(connection, service_code, terms["day"])
        policy = ask_policy(connection, DISTRICT_OF.format(whose=_RECIPIENT), terms)
        served = ask_number(connection, SERVED.format(whose=_PAYER), terms)
        in_week = ask_number(connection, _WEEK_MINUTES, terms)
    asked_for = recipient()
    return AskingFacts(
        recipient=asked_for,
        payer=payer() if payer_id != recipient_id else asked_for,
        relation=relation(),
        service=service(asked_for.person.district_id if asked_for.person else None),
        policy=policy(),
        payer_served_minutes=served(),
        week_minutes=in_week(),
        is_kept=kept.fetchone() is not None,
    )


def ask_for_help(connection: Connection, redemption: Redemption) -> None:
    """Keep a new redemption with the last statements of the transaction."""
    row = _row(redemption)
    write_at_end(connection, lambda: add_row(connection, t.redemption, row))


def add_redemption(connection: Connection, redemption: Redemption) -> None:
    """Keep a new redemption."""
    add_row(connection, t.redemption, _row(redemption))


def lock_redemption(connection: Connection, redemption_id: UUID) -> Redemption | None:
    """Return a redemption for change, or None."""
    row = find_row(connection, t.redemption, redemption_id=redemption_id, for_update=True)
    return _redemption(row._asdict()) if row else None


def save_redemption(connection: Connection, redemption: Redemption) -> None:
    """Keep what has changed."""
    row = _row(redemption)
    changed = {name: row[name] for name in ("state", "code", "hold", "end_why", "decided_at")}
    change_rows(connection, t.redemption, changed, redemption_id=redemption.redemption_id)


def save_start(connection: Connection, redemption: Redemption) -> None:
    """Keep another time of its start, and so the week that it counts in."""
    changed = {"start_at": redemption.terms.start_at, "week": week_of(redemption.terms.start_at)}
    change_rows(connection, t.redemption, changed, redemption_id=redemption.redemption_id)


def week_minutes_without(connection: Connection, redemption: Redemption) -> int:
    """Return what the limit of its week counts of others; no other request for the recipient is decided meanwhile."""
    row = t.redemption.c
    terms = {"recipient_id": redemption.recipient_id, "week": week_of(redemption.terms.start_at), "caller_id": None}
    lock_for(connection, _RECIPIENT, terms, space=_LOCK_SPACE, may=True)
    with pipelined(connection):
        counted = ask_number(connection, _WEEK_MINUTES, terms)
    own = sa.select(row.week).where(row.redemption_id == redemption.redemption_id)
    is_own_week = connection.execute(own).scalar_one() == week_of(redemption.terms.start_at)
    return counted() - (redemption.terms.price_minutes if is_own_week else 0)


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


_PLAIN = (
    "redemption_id", "district_id", "unit_id", "recipient_id", "payer_id", "payer_district_id", "policy_version",
    "state", "code", "hold", "end_why", "decided_at",
)  # fmt: skip


def _row(redemption: Redemption) -> dict[str, Any]:
    plain = {name: getattr(redemption, name) for name in _PLAIN}
    kept = plain | vars(redemption.terms) | columns_of_asking(redemption.asked)
    return kept | {"week": week_of(redemption.terms.start_at)}


def _redemption(row: Mapping[str, Any]) -> Redemption:
    plain = {name: row[name] for name in _PLAIN} | {"state": State(row["state"]), "hold": Hold(row["hold"])}
    terms = Terms(**{name: row[name] for name in Terms.__dataclass_fields__})
    return Redemption(**plain, terms=terms, asked=asking_of(row))


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Delete the words recorded about a person who has gone."""
    words.forget_words(connection, (t.redemption.c.recipient_id, t.redemption.c.payer_id), person_id)
