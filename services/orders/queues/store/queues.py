"""Which orders wait in a queue, and what is known around their submissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.clock import PROGRAMME_ZONE
from libs.db import Connection
from libs.http.lists import NOW, Condition, one_of
from libs.programme.two_people import ProposalState
from services.orders.core.rules.life_cycle import State
from services.orders.core.store.order_store import orders_listed
from services.orders.core.store.tables import decision, orders, reversal, sample_call
from services.orders.queues.rules.findings import PairFacts
from services.orders.untaken.rules import ReferralState
from services.orders.untaken.store import referral

QUEUES = (
    "review",
    "approval",
    "second_check",
    "dispute",
    "no_taker",
    "what_now",
    "referral",
    "sample",
    "reversal",
    "decision",
    "urgent",
)
OF_ORDERS = ("approval", "second_check", "dispute")
"""The queues of orders that were served."""
UNKNOWN_LISTED = timedelta(days=30)
"""How long a referral of which nobody said what came of it stands on the list after its deadline."""
_IS_SIGNED = sa.func.cardinality(orders.c.approvers) > 0


def _waiting(of: sa.Table) -> sa.Select[Any]:
    """The orders about which something waits for a second person."""
    return sa.select(of.c.order_id).where(of.c.state == ProposalState.PROPOSED, of.c.lapses_at > NOW)


_IS_UNKNOWN = sa.and_(referral.c.state == ReferralState.UNKNOWN.value, referral.c.due_at > NOW - UNKNOWN_LISTED)
_FOLLOWED = sa.select(referral.c.order_id).where(sa.or_(referral.c.state == ReferralState.OPEN.value, _IS_UNKNOWN))
_WAITS: Mapping[str, Condition] = {
    "review": orders.c.state == State.UNDER_REVIEW.value,
    "approval": sa.and_(orders.c.state == State.CONFIRMED.value, sa.not_(_IS_SIGNED)),
    "second_check": sa.and_(orders.c.state == State.CONFIRMED.value, _IS_SIGNED),
    "dispute": orders.c.state == State.DISPUTED.value,
    "no_taker": sa.and_(orders.c.state == State.PUBLISHED.value, orders.c.no_taker_at <= NOW),
    "what_now": sa.and_(
        orders.c.state == State.PUBLISHED.value, orders.c.asked_at <= NOW, orders.c.wait_until.is_(None)
    ),
    "referral": orders.c.order_id.in_(_FOLLOWED),
    "reversal": orders.c.order_id.in_(_waiting(reversal)),
    "decision": orders.c.order_id.in_(_waiting(decision)),
    "sample": orders.c.order_id.in_(sa.select(sample_call.c.order_id).where(sample_call.c.outcome.is_(None))),
}
WAITING = orders_listed({"queue": lambda name: _WAITS[name], "units": one_of(orders.c.unit_id)}, scope=("units",))
"""The orders that wait in a queue of some units."""

_MINUTES = "CAST(floor(extract(epoch FROM {part}.checked_out_at - {part}.checked_in_at) / 60) AS int)"
_DAY = f"({{part}}.checked_in_at AT TIME ZONE '{PROGRAMME_ZONE}')"
_FACTS = sa.text(f"""
    WITH part AS (
        SELECT o.order_id, o.recipient_id, o.planned_minutes, a.volunteer_id, a.checked_in_at, a.checked_out_at,
            a.metres_from_home, {_MINUTES.format(part="a")} AS minutes,
            CAST(floor(extract(epoch FROM a.checked_in_at - o.start_at) / 60) AS int) AS late_minutes
        FROM orders o JOIN assignment a ON a.order_id = o.order_id
        WHERE o.order_id = ANY(:order_ids) AND a.checked_in_at IS NOT NULL AND a.checked_out_at IS NOT NULL
    ), other AS (
        SELECT p.order_id AS of_order, p.volunteer_id AS of_volunteer, b.checked_in_at, b.checked_out_at,
            {_MINUTES.format(part="b")} AS minutes, o.state, o.recipient_id = p.recipient_id AS is_pair,
            o.state <> ALL(:never_happened) AS counts, {_DAY.format(part="b")} AS local,
            EXISTS (SELECT FROM order_step s WHERE s.order_id = o.order_id AND s.to_state = :disputed) AS was_disputed
        FROM part p
        JOIN assignment b ON b.volunteer_id = p.volunteer_id AND b.checked_in_at IS NOT NULL
            AND b.checked_out_at <= p.checked_out_at
        JOIN orders o ON o.order_id = b.order_id
        WHERE o.recipient_id = p.recipient_id OR {_DAY.format(part="b")}::date = {_DAY.format(part="p")}::date
    )
    SELECT p.order_id, p.volunteer_id, p.minutes, p.planned_minutes, p.late_minutes, p.metres_from_home,
        CAST(sum(x.minutes) FILTER (WHERE x.counts AND x.local::date = {_DAY.format(part="p")}::date) AS int)
            AS day_minutes,
        count(*) FILTER (WHERE x.is_pair AND x.counts AND x.checked_out_at > p.checked_out_at - interval '30 days')
            AS pair_30_days,
        count(*) FILTER (WHERE x.is_pair AND x.counts AND x.minutes = p.minutes
            AND date_trunc('month', x.local) = date_trunc('month', {_DAY.format(part="p")})) AS same_minutes_in_month,
        count(*) FILTER (WHERE x.is_pair) AS together_count,
        min(x.checked_in_at) FILTER (WHERE x.is_pair) AS since,
        count(*) FILTER (WHERE x.is_pair AND x.was_disputed) AS disputed_count,
        count(*) FILTER (WHERE x.is_pair AND x.state = :reversed) AS reversed_count
    FROM part p JOIN other x ON x.of_order = p.order_id AND x.of_volunteer = p.volunteer_id
    GROUP BY p.order_id, p.volunteer_id, p.minutes, p.planned_minutes, p.late_minutes, p.metres_from_home,
        p.checked_in_at, p.checked_out_at""")
_NEVER_HAPPENED = [State.REJECTED.value, State.REVERSED.value, State.DECLINED.value]


def pair_facts(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, list[PairFacts]]:
    """Return what is known around each served part of some orders, by order: one statement for all of them."""
    terms = {
        "order_ids": list(order_ids),
        "never_happened": _NEVER_HAPPENED,
        "disputed": State.DISPUTED.value,
        "reversed": State.REVERSED.value,
    }
    facts: dict[UUID, list[PairFacts]] = defaultdict(list)
    for row in connection.execute(_FACTS, terms).mappings():
        facts[row["order_id"]].append(PairFacts(**row))
    return facts
