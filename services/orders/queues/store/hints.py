"""What is known around the orders of a queue beside their flags: one statement for each hint, however many orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.clock import PROGRAMME_ZONE
from libs.db import Connection
from services.orders.core.rules.life_cycle import State
from services.orders.core.store.rows import Row
from services.orders.queues.rules.hints import (
    NIGHT_BEGINS_HOUR,
    NIGHT_ENDS_HOUR,
    RECENT_DAYS,
    RING_DAYS,
    RING_PEOPLE_MAX,
    RING_VISITS_LEAST,
    ROUND_MINUTES,
    ROUND_OF_LAST,
    DeskFacts,
    Facts,
    NightFacts,
    RingFacts,
    RoundFacts,
    RoundHoursFacts,
)

_CONFIRMED = (State.CONFIRMED, State.APPROVED, State.SETTLED, State.DISPUTED, State.REJECTED, State.REVERSED)
_PART = """
    SELECT o.order_id, o.recipient_id, a.volunteer_id, a.checked_in_at, a.checked_out_at
    FROM orders o JOIN assignment a ON a.order_id = o.order_id
    WHERE o.order_id = ANY(:order_ids) AND a.checked_in_at IS NOT NULL AND a.checked_out_at IS NOT NULL"""
_SERVED_SINCE = """
    a.checked_in_at IS NOT NULL AND a.checked_out_at <= w.ended_at
    AND a.checked_out_at > w.ended_at - CAST(:ring AS interval)"""
# Whom the recipient serves, whom they serve, and so on, until somebody serves the first volunteer.
_RING = sa.text(f"""
    WITH RECURSIVE part AS ({_PART}), walk AS (
        SELECT p.order_id, p.volunteer_id, p.recipient_id AS person_id, p.checked_out_at AS ended_at, 1 AS people,
            (SELECT count(*) FROM assignment a JOIN orders o ON o.order_id = a.order_id
                WHERE a.volunteer_id = p.volunteer_id AND o.recipient_id = p.recipient_id
                AND a.checked_in_at IS NOT NULL AND a.checked_out_at <= p.checked_out_at
                AND a.checked_out_at > p.checked_out_at - CAST(:ring AS interval)) AS visits
        FROM part p
        UNION
        SELECT w.order_id, w.volunteer_id, e.recipient_id, w.ended_at, w.people + 1, least(w.visits, e.visits)
        FROM walk w CROSS JOIN LATERAL (
            SELECT o.recipient_id, count(*) AS visits
            FROM assignment a JOIN orders o ON o.order_id = a.order_id
            WHERE a.volunteer_id = w.person_id AND {_SERVED_SINCE}
            GROUP BY o.recipient_id HAVING count(*) >= :ring_visits_least) e
        WHERE w.person_id <> w.volunteer_id AND w.people < :people_max
    )
    SELECT DISTINCT ON (order_id) order_id, people, CAST(visits AS int) AS visits
    FROM walk WHERE person_id = volunteer_id ORDER BY order_id, people, visits DESC""")
_LOCAL_HOUR = f"extract(hour FROM {{part}}.checked_in_at AT TIME ZONE '{PROGRAMME_ZONE}')"
_AT_NIGHT = f"({_LOCAL_HOUR} >= :night_begins OR {_LOCAL_HOUR} < :night_ends)"
_NIGHTS = sa.text(f"""
    WITH part AS ({_PART})
    SELECT p.order_id, CAST(count(*) FILTER (WHERE {_AT_NIGHT.format(part="b")}) AS int) AS nights,
        CAST(count(*) AS int) AS visits
    FROM part p JOIN assignment b ON b.volunteer_id = p.volunteer_id AND b.checked_in_at IS NOT NULL
        AND b.checked_out_at <= p.checked_out_at AND b.checked_out_at > p.checked_out_at - CAST(:recent AS interval)
    WHERE {_AT_NIGHT.format(part="p")} GROUP BY p.order_id, p.volunteer_id ORDER BY nights""")
_DESK = sa.text("""
    WITH word AS (
        SELECT o.unit_id, o.recipient_id, c.confirmed_by, c.confirmed_by <> o.recipient_id AS for_another
        FROM orders o JOIN confirmation c ON c.order_id = o.order_id
        WHERE o.unit_id IN (SELECT unit_id FROM orders WHERE order_id = ANY(:order_ids)) AND o.state = ANY(:confirmed)
            AND o.start_at > CAST(:now AS timestamptz) - CAST(:recent AS interval) AND c.confirmed_by IS NOT NULL
    ), place AS (SELECT unit_id, CAST(count(*) AS int) AS all_words FROM word GROUP BY unit_id
    ), desk AS (
        SELECT unit_id, confirmed_by, CAST(count(DISTINCT recipient_id) AS int) AS people,
            CAST(count(*) AS int) AS confirmed
        FROM word WHERE for_another GROUP BY unit_id, confirmed_by
    )
    SELECT o.order_id, d.people, d.confirmed, p.all_words AS all
    FROM orders o JOIN confirmation c ON c.order_id = o.order_id
    JOIN desk d ON d.unit_id = o.unit_id AND d.confirmed_by = c.confirmed_by JOIN place p ON p.unit_id = o.unit_id
    WHERE o.order_id = ANY(:order_ids) AND c.confirmed_by <> o.recipient_id""")
_ROUND = sa.text("""
    SELECT order_id, CAST(count(*) AS int) AS stops, CAST(count(outcome) AS int) AS ticked
    FROM round_stop WHERE order_id = ANY(:order_ids) GROUP BY order_id""")
# As minutes are counted: whole ones. Where the platform ended a visit, nobody wrote down its minutes.
_ROUND_HOURS = sa.text(f"""
    WITH part AS ({_PART})
    SELECT p.order_id, CAST(count(*) FILTER (WHERE last.minutes % :round_minutes = 0) AS int) AS round,
        CAST(count(*) AS int) AS visits
    FROM part p CROSS JOIN LATERAL (
        SELECT CAST(extract(epoch FROM b.checked_out_at - b.checked_in_at) AS int) / 60 AS minutes
        FROM assignment b WHERE b.volunteer_id = p.volunteer_id AND b.checked_in_at IS NOT NULL
            AND b.checked_out_at <= p.checked_out_at AND NOT b.was_ended
        ORDER BY b.checked_out_at DESC LIMIT :round_of_last) last
    GROUP BY p.order_id, p.volunteer_id ORDER BY round""")
_ASKED: tuple[tuple[sa.TextClause, Callable[..., Facts]], ...] = (
    (_RING, RingFacts),
    (_NIGHTS, NightFacts),
    (_DESK, DeskFacts),
    (_ROUND, RoundFacts),
    (_ROUND_HOURS, RoundHoursFacts),
)


def hints_of(connection: Connection, order_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, list[Row]]:
    """Return the hints of some orders, by order."""
    terms = {
        "order_ids": list(order_ids),
        "ring": timedelta(days=RING_DAYS),
        "ring_visits_least": RING_VISITS_LEAST,
        "people_max": RING_PEOPLE_MAX,
        "recent": timedelta(days=RECENT_DAYS),
        "night_begins": NIGHT_BEGINS_HOUR,
        "night_ends": NIGHT_ENDS_HOUR,
        "confirmed": [state.value for state in _CONFIRMED],
        "now": now,
        "round_minutes": ROUND_MINUTES,
        "round_of_last": ROUND_OF_LAST,
    }
    hints: dict[UUID, list[Row]] = defaultdict(list)
    for statement, facts_of in _ASKED:
        said = {row["order_id"]: facts_of(**_numbers(row)).hint() for row in _rows(connection, statement, terms)}
        for order_id, hint in said.items():
            if hint is not None:
                hints[order_id].append(dict(hint))
    return hints


def _rows(connection: Connection, statement: sa.TextClause, terms: Mapping[str, Any]) -> Sequence[Any]:
    wanted = {name: terms[name] for name in statement.compile().params}
    return connection.execute(statement, wanted).mappings().all()


def _numbers(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: value for name, value in row.items() if name != "order_id"}
